"""`ask`: one turn."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from gemini_interactions.testing import REVISIONS, InteractionsServer

COUNTED = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.\n"


def test_an_answer_goes_to_stdout_and_nothing_else_anywhere(call: Any) -> None:
    assert call("ask", "Count", "from 1 to 12.") == (0, COUNTED, "")


def test_options_may_stand_before_the_command_or_behind_it(
    run: Any, interactions_server: InteractionsServer
) -> None:
    assert run("ask", "--base-url", interactions_server.url, "Count to 12.").out == COUNTED
    assert (
        run("ask", "--base-url", interactions_server.url, "--timeout", "20", "Count to 12.")[0] == 0
    )


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_local_server_speaks_the_revision_asked_for(run: Any, revision: str) -> None:
    options = ("--api-revision", revision, "--verbose")
    code, out, err = run(*options, "ask", "--local", "--tool-code-execution", "What is 3 + 4?")
    assert (code, out) == (0, "Here is what I found about: What is 3 + 4?\n")
    assert '[calls code_execution({"code":"print(3 + 4)","language":"python"})]' in err
    assert "unknown" not in err


def test_vertex_paths_work_without_a_key(run: Any, interactions_server: InteractionsServer) -> None:
    place = ("--vertex", "--project", "p", "--location", "us-central1")
    words = ("--base-url", interactions_server.url, *place, "ask", "--local", "Count to 12.")
    assert run(*words).code == 2
    assert run(*place, "ask", "--local", "Count to 12.").out == COUNTED
    assert run("--project", "p", "ask", "--local", "Count to 12.").out == COUNTED


def test_the_prompt_can_come_from_stdin(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Count from 1 to 12.\n"))
    assert call("ask", "-").out == COUNTED


@pytest.mark.parametrize("given", [b"", b" \n", b"\xff\xfe"])
def test_a_prompt_that_is_none_is_refused(
    call: Any, monkeypatch: pytest.MonkeyPatch, given: bytes
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, err = call("ask", "-")
    assert (code, out) == (2, "")
    assert "prompt" in err


def test_json_is_the_events_as_they_were_sent(call: Any, run: Any) -> None:
    code, out, err = call("ask", "--json", "Say: é\u2028\U0001f600")
    events = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert events[0]["event_type"] == "interaction.created"
    assert events[-1]["interaction"]["status"] == "completed"
    assert [event["event_id"] for event in events] == [f"evt_{n}" for n in range(len(events))]


def test_json_shows_unknown_events_and_errors_too(call: Any) -> None:
    out = call("ask", "--json", "[scenario: unknown-event]").out
    assert {"index": 0, "sparkle": {"colour": "blue"}, "event_type": "step.sparkle"}.items() <= (
        json.loads(out.splitlines()[2]).items()
    )
    code, out, err = call("ask", "--json", "[scenario: error-event]")
    assert code == 3
    assert json.loads(out.splitlines()[-1])["error"]["code"] == "gateway_timeout"
    assert "Deadline expired" in err


def test_without_a_stream(call: Any, interactions_server: InteractionsServer) -> None:
    assert call("ask", "--no-stream", "Count to 12.") == (0, COUNTED, "")
    whole = json.loads(call("ask", "--no-stream", "--json", "Count to 12.").out)
    assert whole["steps"][-1]["content"][0]["text"] == COUNTED.strip()
    assert not any(request.wants_stream for request in interactions_server.requests)


def test_what_is_asked_for_is_sent(call: Any, interactions_server: InteractionsServer) -> None:
    options = ("--model", "m", "--system", "Be brief.", "--thoughts", "--background")
    assert call("ask", *options, "--tool-google-search", "Otters?").code == 0
    request = interactions_server.requests[-1].json
    assert request == {
        "model": "m",
        "input": "Otters?",
        "system_instruction": "Be brief.",
        "tools": [{"type": "google_search"}],
        "generation_config": {"thinking_summaries": "auto"},
        "background": True,
        "stream": True,
    }


def test_a_conversation_goes_on(call: Any) -> None:
    first = json.loads(call("ask", "--no-stream", "--json", "My name is Ada.").out)
    assert call("ask", "--previous", first["id"], "What is my name?").out == "Your name is Ada.\n"


def test_an_agent_is_asked_instead_of_a_model(call: Any) -> None:
    code, out, _ = call("ask", "--agent", "deep-research-pro-preview-12-2025", "Otters")
    assert (code, out.splitlines()[0]) == (0, "# Report: Otters")
    assert call("ask", "--agent", "a", "--model", "m", "Otters").code == 2
    assert call("ask", "--agent", "a", "--thoughts", "Otters").code == 2


def test_a_background_run_prints_its_id(call: Any) -> None:
    code, out, err = call("ask", "--background", "--no-stream", "Otters")
    assert code == 0
    assert f"{out.strip()} is in_progress" in err
    assert f"wait {out.strip()}" in err


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("Hello", "completed; go on with --previous v1_"),
        ("[scenario: parallel 2]", 'calls lookup({"query":"question 1 of round 1","limit":1})'),
        ("[scenario: unknown-event]", "unknown event step.sparkle"),
        ("[scenario: unknown-step]", "unknown part hologram"),
        ("[scenario: unknown-delta]", "unknown delta scent"),
        ("[scenario: image 100]", "image image/"),
    ],
)
def test_notes_are_for_those_who_want_them(call: Any, prompt: str, note: str) -> None:
    code, out, err = call("ask", "--verbose", prompt)
    assert code == 0
    assert note in err
    assert note not in out
    assert call("ask", prompt).err == ""


def test_thoughts_are_shown_as_notes(call: Any) -> None:
    assert "[**Working out the answer**" in call("ask", "--thoughts", "--verbose", "Hello").err


def test_a_lost_connection_is_noted_and_the_text_whole(
    call: Any, interactions_server: InteractionsServer
) -> None:
    interactions_server.faults.add("cut", after=6, on="create")
    code, out, err = call("ask", "--verbose", "Count from 1 to 12.")
    assert (code, out) == (0, COUNTED)
    assert "connection lost; going on after event evt_5" in err


def test_a_text_that_the_terminal_cannot_show_is_shown_all_the_same(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", narrow)
    assert call("ask", "My name is \u5b57.").code == 0
    narrow.seek(0)
    assert "My name is ?" in narrow.read()
