"""The command line, in this process through `main` and in one of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any, NamedTuple

import pytest

from gemini_interactions.cli import main
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.testing.pytest_plugin import (
    interactions_server,
    make_interactions_server,
)

__all__ = ["interactions_server", "make_interactions_server"]

GUARD = 30
"""Seconds after which a test that waits for something is over."""
VARIABLES = (
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GOOGLE_CLOUD_LOCATION",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_QUOTA_PROJECT",
    "GOOGLE_GEMINI_BASE_URL",
    "GOOGLE_GENAI_USE_VERTEXAI",
    "GOOGLE_VERTEX_BASE_URL",
    "VERTEX_QUOTA_PROJECT_ID",
)


@pytest.fixture(autouse=True)
def guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings of the machine, and no test that hangs."""
    for name in (*VARIABLES, "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def too_long(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"the test took longer than {GUARD} s")

    # A program that ignores Ctrl-C hands that on to its children.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    alarm = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(GUARD)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, alarm)
    signal.signal(signal.SIGINT, before)


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*words: str) -> Ended:
        capsys.readouterr()
        code = main(words)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err or "--debug" in words
        return Ended(code, captured.out, captured.err)

    return run


@pytest.fixture
def call(run: Run, interactions_server: InteractionsServer) -> Run:
    """Run a command against the test's own server."""
    return lambda *words: run("--base-url", interactions_server.url, *words)


class Program:
    """A command in a process of its own."""

    def __init__(self, *words: str, **options: Any) -> None:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        environment.pop("PYTHONUNBUFFERED", None)  # most people have buffers
        command = [sys.executable, "-m", "gemini_interactions", *words]
        self.process = subprocess.Popen(command, env=environment, **streams)
        self.seen = {"stdout": b"", "stderr": b""}

    def until(self, mark: str, stream: str = "stdout") -> str:
        """Read until a text comes; everything so far."""
        source = getattr(self.process, stream)
        while mark.encode() not in self.seen[stream]:
            piece = os.read(source.fileno(), 65536)
            assert piece, f"{mark!r} never came: {self.seen}, {self.finish()}"
            self.seen[stream] += piece
        return self.seen[stream].decode()

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def finish(self) -> Ended:
        """Read the rest and wait for the end."""
        out, err = self.process.communicate()
        out, err = self.seen["stdout"] + (out or b""), self.seen["stderr"] + (err or b"")
        assert b"Traceback" not in err
        return Ended(self.process.returncode, out.decode(), err.decode())

    def close(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


Start = Callable[..., Program]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start commands in processes of their own; none outlives the test."""
    programs: list[Program] = []

    def start(*words: str, **options: Any) -> Program:
        programs.append(Program(*words, **options))
        return programs[-1]

    yield start
    for program in programs:
        program.close()
