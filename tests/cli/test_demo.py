"""`demo`: its proofs hold, and it fails if one does not."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from gemini_interactions import Clock
from gemini_interactions.cli import demo
from gemini_interactions.hooks import ResumeInfo


def test_the_demo_proves_what_it_says(start: Any) -> None:
    code, out, err = start("demo").finish()
    assert (code, err) == (0, "")
    for line in (
        "   " + ", ".join(map(str, range(1, 26))) + ".",
        "   temperature(city='Paris') -> {'city': 'Paris', 'celsius': 21}",
        "   ok: the answer uses what the function returned, completed",
        "   connection 3 lost after evt_12",
        "   ok: 4 connections, 1 create: 23 events and 484 characters, none lost, none twice",
        "   ok: '# Report: The history of lighthouses', 678 characters",
    ):
        assert line in out.splitlines()
    assert out.count("   ok: ") == 4
    assert "All 4 scenes went as they should" in out


def test_the_demo_takes_no_more_than_a_second_of_sleep(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    sleep = time.sleep

    def counted(seconds: float) -> None:
        slept.append(seconds)
        sleep(seconds)

    monkeypatch.setattr("gemini_interactions._surface.Clock", lambda: Clock(sleep=counted))
    before = threading.active_count()
    assert run("demo").code == 0
    assert slept
    assert sum(slept) < 1
    assert threading.active_count() == before


def test_a_function_that_returns_something_else_fails_the_proof(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(demo.FUNCTIONS, "temperature", lambda city: {"celsius": 5})
    code, _, err = run("demo")
    assert code == 1
    assert "the demo failed: it should be that the answer uses what the function returned" in err


def test_a_connection_that_was_not_lost_fails_the_proof(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uncounted(self: demo.Losses, info: ResumeInfo) -> None: ...

    monkeypatch.setattr(demo.Losses, "on_resume", uncounted)
    code, _, err = run("demo")
    assert code == 1
    assert "the connection was lost three times" in err
