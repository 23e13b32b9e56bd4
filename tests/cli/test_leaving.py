"""Ctrl-C, and readers that go away."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import shlex
import signal
import threading
from typing import Any

import pytest

from gemini_interactions.cli import main
from gemini_interactions.testing import InteractionsServer

STORY = "Write a story about otters."


def hint(err: str) -> list[str]:
    """The command that the last line recommends, without the name of the program."""
    line = err.splitlines()[-1]
    assert line.startswith("  next:  gemini-interactions ")
    return shlex.split(line)[2:]


def test_ctrl_c_says_how_to_go_on_and_nothing_is_lost(
    start: Any, run: Any, interactions_server: InteractionsServer
) -> None:
    url = interactions_server.url
    whole = run("--base-url", url, "ask", STORY).out
    interactions_server.faults.add("stall", after=9, on="create", hits=0)
    program = start("--base-url", url, "ask", STORY)
    program.until("otters")
    program.interrupt()
    code, first, err = program.finish()
    assert code == 130
    assert err.startswith("gemini-interactions: interrupted\n")
    assert first
    assert whole.startswith(first)
    assert first + run(*hint(err)).out == whole


class Interrupting(io.StringIO):
    """Output that has Ctrl-C pressed while a word goes out."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def write(self, text: str) -> int:
        if "otters" in text:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)
        return super().write(text)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_ctrl_c_never_falls_into_an_event(
    run: Any,
    interactions_server: InteractionsServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
) -> None:
    interactions_server.script([otters()], repeat=True)
    base = ("--base-url", interactions_server.url)
    whole = run(*base, "ask", "Hello").out
    out = Interrupting(1)
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", out)
        assert main([*base, "ask", *options, "Hello"]) == 130
    rest = run(*hint(capsys.readouterr().err)).out
    seen = out.getvalue()
    if options:
        events = [json.loads(line) for line in seen.splitlines()]
        seen = "".join(event.get("delta", {}).get("text", "") for event in events)
    assert "otters" in seen
    assert seen + rest == whole
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def otters() -> dict[str, Any]:
    text = "One line of words about the otters, and another one that comes after it, in pieces."
    return {"type": "model_output", "content": [{"type": "text", "text": text}]}


def test_a_second_ctrl_c_does_not_wait(
    interactions_server: InteractionsServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    interactions_server.script([otters()])
    out = Interrupting(2)
    monkeypatch.setattr("sys.stdout", out)
    assert main(["--base-url", interactions_server.url, "ask", "Hello"]) == 130
    assert out.getvalue() == "One line of words about the "
    assert "--after evt_3" in capsys.readouterr().err


def test_ctrl_c_before_anything_came(start: Any, interactions_server: InteractionsServer) -> None:
    interactions_server.faults.add("silent", hits=0)
    program = start("--base-url", interactions_server.url, "ask", "--no-stream", "Hello")
    arrived(interactions_server)
    program.interrupt()
    code, out, err = program.finish()
    assert (code, out) == (130, "")
    assert "may have arrived" in err


def arrived(server: InteractionsServer) -> None:
    """Return once a request has come. The guard of the test bounds this."""
    pause = threading.Event()
    while not server.requests:
        pause.wait(0.01)


def test_ctrl_c_while_waiting(start: Any, call: Any, interactions_server: Any) -> None:
    interactions_server.script_statuses(["in_progress"])
    created = call("ask", "--background", "--no-stream", "Hello").out.strip()
    url = interactions_server.url
    program = start("--base-url", url, "wait", created, "--interval", "60")
    program.until("in_progress", "stderr")
    program.interrupt()
    code, out, err = program.finish()
    assert (code, out) == (130, "")
    assert hint(err) == ["--base-url", url, "wait", created]


def test_ctrl_c_leaves_no_thread_behind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(io.StringIO):
        def write(self, text: str) -> int:
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdout", Interrupted())
    before = threading.active_count()
    assert main(["ask", "--local", "Hello"]) == 130
    assert threading.active_count() == before
    # The server is gone, and with it what could be gone on with.
    assert capsys.readouterr().err == "gemini-interactions: interrupted\n"


@pytest.mark.parametrize("options", [[], ["--json"], ["--verbose"]])
def test_a_closed_pipe_is_no_matter(
    start: Any, interactions_server: InteractionsServer, options: list[str]
) -> None:
    words = ("ask", *options, "[scenario: many 100000]")
    program = start("--base-url", interactions_server.url, *words)
    program.until("w" if not options else "")
    assert os.read(program.process.stdout.fileno(), 10)
    program.process.stdout.close()
    program.process.stdout = None
    code, _, err = program.finish()
    assert code == 141
    assert "Error" not in err
    assert "Exception" not in err


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["serve", "--list-faults"]])
def test_a_pipe_closed_from_the_start(start: Any, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    program = start(*words, stdout=writing)
    os.close(writing)
    assert program.finish() == (141, "", "")


def test_a_full_disk_is_said(start: Any) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with open("/dev/full", "wb") as full:
        code, _, err = start("ask", "--local", "Hello", stdout=full).finish()
    assert (code, err) == (70, "gemini-interactions: No space left on device\n")


# --- on a terminal -----------------------------------------------------------------------------


def on_a_terminal(start: Any, *words: str) -> tuple[int, str]:
    """Run a command with both its streams on one terminal: its exit code and all it shows."""
    ours, theirs = pty.openpty()
    program = start(*words, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # how Linux says that nobody is at the other end any more
        pass
    os.close(ours)
    return program.finish().code, shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_dimmed_notes_and_no_tricks(start: Any) -> None:
    code, shown = on_a_terminal(start, "ask", "--local", "My name is \x1b[2J\x07.")
    assert code == 0
    assert "\x1b[2min_progress\x1b[0m\n" in shown
    assert "My name is \ufffd[2J\ufffd." in shown
    assert "\x1b[2J" not in shown


def test_an_error_on_a_terminal_begins_a_line_of_its_own(start: Any) -> None:
    code, shown = on_a_terminal(start, "ask", "--local", "[scenario: error-event]")
    assert code == 3
    assert "in more than one \ngemini-interactions: the service answered" in shown


def test_no_color(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    _, shown = on_a_terminal(start, "ask", "--local", "Hello")
    assert "[in_progress]\n" in shown
    assert "\x1b" not in shown


def test_waiting_on_a_terminal_is_one_line(
    start: Any, call: Any, interactions_server: InteractionsServer
) -> None:
    interactions_server.script_statuses(["in_progress"] * 4 + ["completed"])
    created = call("ask", "--background", "--no-stream", "Count to 3.").out.strip()
    url = interactions_server.url
    code, shown = on_a_terminal(start, "--base-url", url, "wait", created, "--interval", "0.01")
    assert code == 0
    line = rf"{re.escape(created)}: in_progress \(\d+ s\)"
    assert len(re.findall(rf"\r\x1b\[2K{line}", shown)) >= 3
    assert "\r\x1b[2K1, 2, 3.\n" in shown
    assert not re.search(rf"{line}\n", shown)
