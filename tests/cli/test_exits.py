"""How commands end: the code, and up to three lines on stderr."""

from __future__ import annotations

import argparse
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from gemini_interactions.cli import Exit
from gemini_interactions.cli.arguments import parser
from gemini_interactions.cli.exits import MEANING
from gemini_interactions.cli.explain import failure_of
from gemini_interactions.errors import (
    InteractionsError,
    NotFoundError,
    StreamInterruptedError,
    class_for,
)
from gemini_interactions.testing import InteractionsServer

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled", "requires_continuation"])
def test_1_an_interaction_that_ended_otherwise(call: Any, status: str) -> None:
    for options in ((), ("--no-stream",), ("--json",)):
        code, _, err = call("ask", *options, f"[scenario: status {status}]")
        assert code == Exit.NOT_COMPLETED
        assert re.search(rf"^gemini-interactions: v1_\S+ ended as {status}$", err, re.MULTILINE)


def test_1_comes_with_the_reason_where_it_is_known(call: Any) -> None:
    code, _, err = call("ask", "--no-stream", "[scenario: failed]")
    assert code == 1
    assert "ended as failed: The model could not finish this interaction." in err


def test_0_an_interaction_that_waits_for_results(call: Any) -> None:
    assert call("ask", "[scenario: parallel 2]").code == 0


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["ask"],
        ["ask", ""],
        ["mutter"],
        ["get"],
        ["get", ""],
        ["get", "x", "--timeout", "0"],
        ["get", "x", "--timeout", "soon"],
        ["get", "x", "--strea"],
        ["--base-url", "nowhere", "get", "x"],
        ["--api-revision", "1999-01-01", "ask", "--local", "Hello"],
        ["--base-url", "http://127.0.0.1:1", "ask", "--local", "Hello"],
        ["--project", "p", "demo"],
        ["--timeout", "3", "serve"],
        ["serve", "--port", "65536"],
        ["serve", "--revision", "1999-01-01"],
        ["serve", "--fault", "gremlins"],
        ["serve", "--fault", "cut after=soon"],
        ["serve", "--fault", "array-error cut=perhaps"],
        ["serve", "--fault", 'cut "'],
    ],
)
def test_2_usage(run: Any, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (Exit.USAGE, "")
    assert err.startswith("gemini-interactions: ")
    assert err.count("\n") <= 2


def test_2_no_key(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (["ask", "Hello"], ["get", "x"], ["wait", "x"], ["cancel", "x"], ["delete", "x"]):
        assert run(*words) == (
            2,
            "",
            (
                "gemini-interactions: there is no API key\n"
                "  next:  set GEMINI_API_KEY, or try it without a key:"
                " gemini-interactions ask --local PROMPT\n"
            ),
        )
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    assert run("ask", "--local", "Hello").code == 0


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (400, "correct the request"),
        (401, "check the key"),
        (403, "check that the key"),
        (404, "check the id"),
        (429, "wait a while"),
        (302, "check --base-url"),
        (501, "the service cannot do this"),
        (503, "try again later"),
    ],
)
def test_3_errors_of_the_service(
    call: Any, interactions_server: InteractionsServer, status: int, hint: str
) -> None:
    interactions_server.faults.add(
        "error", status=status, message="That\x1b[31m is how it is.", hits=0, retry_after_ms="1"
    )
    code, out, err = call("get", "v1_x")
    what, where, then = err.splitlines()
    assert (code, out) == (Exit.SERVICE, "")
    assert what.startswith(f"gemini-interactions: the service answered {status} ")
    assert what.endswith(": That\ufffd[31m is how it is.")
    assert where == f"  where: GET {interactions_server.url}/v1beta/interactions/v1_x"
    assert then.startswith("  next:  " + hint)


def test_3_an_unknown_id(call: Any) -> None:
    for command in ("get", "wait", "cancel", "delete"):
        code, _, err = call(command, "v1_nobody")
        assert code == 3
        assert "404 not_found: Interaction 'v1_nobody' not found." in err
    assert call("get", "v1_nobody", "--stream").code == 3
    assert call("ask", "--previous", "v1_nobody", "Hello").code == 3


def test_3_an_error_in_a_stream_says_where(call: Any) -> None:
    code, out, err = call("ask", "[scenario: error-event]")
    assert (code, out) == (3, "This text is long enough to be streamed in more than one ")
    assert re.search(r"where: POST \S+, interaction v1_\S+, after event evt_4\n", err)


def test_3_something_else_answers(call: Any, interactions_server: InteractionsServer) -> None:
    interactions_server.faults.add("html", status=200, hits=0)
    for words in (["get", "v1_x"], ["ask", "Hello"]):
        code, _, err = call(*words)
        assert code == 3
        assert "check --base-url" in err


def test_4_nobody_listens(run: Any) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    code, _, err = run("--base-url", url, "--timeout", "0.2", "get", "v1_x")
    assert code == Exit.CONNECTION
    assert "gemini-interactions serve" in err


def test_4_no_answer_in_time(call: Any, interactions_server: InteractionsServer) -> None:
    interactions_server.faults.add("silent", hits=0)
    code, _, err = call("--timeout", "0.2", "ask", "Hello")
    assert code == 4
    assert "more time with --timeout" in err


def test_4_a_create_that_may_have_arrived(
    call: Any, interactions_server: InteractionsServer
) -> None:
    interactions_server.faults.add("no-response", hits=0)
    code, _, err = call("ask", "Hello")
    assert code == 4
    assert "not sent again" in err
    assert len(interactions_server.requests) == 1


def test_4_a_stream_without_an_id_cannot_go_on(
    call: Any, interactions_server: InteractionsServer
) -> None:
    interactions_server.faults.add("cut", after=0)
    code, out, err = call("ask", "Hello")
    assert (code, out) == (4, "")
    assert "--stream" not in err


def test_4_an_interrupted_stream_says_how_to_go_on() -> None:
    options = parser().parse_args(["--api-revision", "2026-05-07", "--vertex", "get", "x"])
    error = StreamInterruptedError("it ended", interaction_id="v1_a b", last_event_id="evt_3")
    failure = failure_of(error, options)
    assert failure.code == 4
    assert failure.where == "interaction v1_a b, after event evt_3"
    assert failure.next == (
        "gemini-interactions --api-revision 2026-05-07 --vertex get 'v1_a b' --stream --after evt_3"
    )


def test_70_our_own_mistakes(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(options: object) -> None:
        raise RuntimeError("this should not be")

    monkeypatch.setattr("gemini_interactions.cli.ask.create_fields", broken)
    code, _, err = run("ask", "--local", "Hello")
    assert code == Exit.BUG
    assert err.startswith("gemini-interactions: unexpected RuntimeError: this should not be\n")
    assert "Traceback" in run("ask", "--local", "--debug", "Hello").err


def test_what_is_logged_is_a_note_without_a_traceback(
    call: Any, interactions_server: InteractionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, info: object) -> None:
        raise BrokenPipeError("nobody listens")

    monkeypatch.setattr("gemini_interactions.cli.connect.TellingHooks.on_resume", broken)
    for options, told in (((), False), (("--verbose",), True)):
        interactions_server.faults.add("cut", after=6, on="create")
        code, out, err = call("ask", *options, "Count to 3.")
        assert (code, out) == (0, "1, 2, 3.\n")
        assert ("nobody listens" in err) is told


def test_3_an_error_after_an_attempt_that_may_have_worked() -> None:
    error = NotFoundError("m", status=404)
    error.maybe_done = True
    failure = failure_of(error, parser().parse_args(["delete", "x"]))
    assert (failure.code, failure.next) == (3, "an earlier attempt may have done it")


def test_debug_shows_where_an_error_came_from(call: Any) -> None:
    code, _, err = call("--debug", "get", "v1_nobody")
    assert code == 3
    assert "Traceback" in err
    assert "NotFoundError" in err


def test_every_error_has_an_exit_code() -> None:
    options = parser().parse_args(["get", "x"])
    for status in (None, 302, 400, 404, 418, 500, 501, 503):
        assert failure_of(class_for(status)("m", status=status), options).code == 3
    assert failure_of(InteractionsError("new"), options).code == 70


# --- what is written about it ------------------------------------------------------------------


def commands(root: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found: dict[str, argparse.ArgumentParser] = {}
    for action in root._actions:
        if isinstance(action, argparse._SubParsersAction):
            found = dict(action.choices)
    return found


def test_help_and_version(run: Any) -> None:
    assert run("--version").out.startswith("gemini-interactions 0.")
    for words in ([], *([name] for name in commands(parser()))):
        code, out, err = run(*words, "--help")
        assert (code, err) == (0, "")
        for exit_code, meaning in MEANING.items():
            assert f"{exit_code.value:>3}  {meaning}" in out


def test_the_documentation_has_every_command_option_and_code() -> None:
    text = DOCS.read_text("utf-8")
    found = commands(parser())
    assert set(found) == {"ask", "get", "wait", "cancel", "delete", "serve", "demo", "conform"}
    for name, command in found.items():
        assert f"## `{name}" in text
        for action in command._actions:
            for flag in action.option_strings[-1:]:
                assert f"`{flag}" in text, f"{name} {flag}"
    for code in Exit:
        assert f"| {code.value} |" in text
