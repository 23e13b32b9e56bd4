"""What was delivered is not delivered again, however much came in between."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_interactions._bindings import bindings_of
from gemini_interactions._core.progress import REMEMBERED, Progress


def event(number: int) -> Any:
    payload = {"event_type": "step.stop", "index": 0, "event_id": f"e{number}"}
    return bindings_of().read_event(payload)


@pytest.mark.parametrize("before", [0, 1, REMEMBERED - 1, REMEMBERED, REMEMBERED + 1])
def test_the_last_ids_are_remembered(before: int) -> None:
    progress = Progress()
    count = before + REMEMBERED
    assert all(progress.takes(event(number)) for number in range(count))
    assert not any(progress.takes(event(number)) for number in range(before, count))
    assert progress.delivered == count
    assert progress.cursor == f"e{count - 1}"


def test_ids_are_not_remembered_for_ever() -> None:
    progress = Progress()
    assert all(progress.takes(event(number)) for number in range(3 * REMEMBERED))
    assert progress.takes(event(0))
