"""`serve`: a local service in the foreground, and what needs its library."""

from __future__ import annotations

import re
import signal
import socket
import sys
from typing import Any

import pytest


def ready(program: Any) -> str:
    """The URL that a started server prints."""
    found = re.search(r"http://\S+", program.until("Count from 1 to 25"))
    assert found
    return found[0]


def test_serve_answers_tells_and_stops(start: Any, run: Any) -> None:
    program = start("serve", "--port", "0")
    url = ready(program)
    assert run("--base-url", url, "ask", "Count to 3.") == (0, "1, 2, 3.\n", "")
    assert run("--base-url", url, "get", "v1_nobody", "--stream").code == 3
    program.until("v1_nobody")
    program.interrupt()
    code, out, err = program.finish()
    assert code == 0
    assert out.splitlines() == [
        f"Interactions API at {url} (Ctrl-C ends it)",
        f'Try: gemini-interactions --base-url {url} ask "Count from 1 to 25."',
        "POST /v1beta/interactions (create, streamed)",
        "GET /v1beta/interactions/v1_nobody?stream=true (get, streamed)",
    ]
    assert err == "stopped\n"


def test_serve_stops_on_sigterm_with_a_request_open(start: Any) -> None:
    server = start("serve", "--port", "0", "--fault", "stall after=9 hits=0")
    client = start("--base-url", ready(server), "ask", "Write a story about otters.")
    client.until("otters")
    server.process.send_signal(signal.SIGTERM)
    assert server.finish().code == 0
    client.interrupt()
    assert client.finish().code in (4, 130)


def test_serve_with_faults_and_a_revision(start: Any, run: Any) -> None:
    options = ("--revision", "2025-12-11", "--fault", "cut after=6 on=create")
    url = ready(start("serve", "--port", "0", *options))
    base = ("--base-url", url, "--api-revision", "2025-12-11", "--verbose")
    code, out, err = run(*base, "ask", "Count to 3.")
    assert (code, out) == (0, "1, 2, 3.\n")
    assert "connection lost" in err


def test_serve_ends_when_its_reader_does(start: Any, run: Any) -> None:
    program = start("serve", "--port", "0")
    url = ready(program)
    program.process.stdout.close()
    program.process.stdout = None
    run("--base-url", url, "--timeout", "5", "ask", "Hello")
    code, _, err = program.finish()
    assert (code, err) == (141, "")


def test_serve_on_a_port_that_is_taken(run: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, out, err = run("serve", "--port", port)
    assert (code, out) == (2, "")
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in err
    assert run("serve", "--host", "no.such.host.invalid").code == 2


def test_the_lists(run: Any) -> None:
    code, out, err = run("serve", "--list-faults", "--list-scenarios")
    assert (code, err) == (0, "")
    assert "  cut after=2 at=-1\n" in out
    assert "  many 1000 " in out


@pytest.mark.parametrize("words", [["serve", "--port", "0"], ["demo"], ["ask", "--local", "Hello"]])
def test_without_aiohttp(run: Any, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    monkeypatch.delitem(sys.modules, "gemini_interactions.testing.wire", raising=False)
    assert run(*words) == (
        2,
        "",
        (
            "gemini-interactions: the embedded server needs aiohttp, which is not installed\n"
            "  next:  pip install 'gemini-interactions[server]'\n"
        ),
    )
    assert run("serve", "--list-faults").code == 0
