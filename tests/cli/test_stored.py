"""`get`, `wait`, `cancel`, `delete`: interactions by their id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gemini_interactions.testing import InteractionsServer

COUNTED = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.\n"


def started(call: Any, *options: str) -> str:
    """The id of a new interaction."""
    words = ("ask", "--no-stream", "--json", *options, "Count from 1 to 12.")
    return str(json.loads(call(*words).out)["id"])


def test_get_shows_the_answer(call: Any) -> None:
    assert call("get", started(call)) == (0, COUNTED, "")


@pytest.mark.parametrize("revision", ["2026-05-20", "2026-05-07"])
def test_get_shows_what_was_asked(call: Any, revision: str) -> None:
    chosen = ("--api-revision", revision)
    found = call(*chosen, "get", started(call, *chosen), "--include-input")
    assert found == (0, "> Count from 1 to 12.\n" + COUNTED, "")


def test_get_as_json(call: Any) -> None:
    created = started(call)
    assert json.loads(call("get", created, "--json").out)["id"] == created


def test_get_follows_a_stream_from_anywhere(call: Any) -> None:
    created = started(call)
    events = call("get", created, "--stream", "--json").out.splitlines()
    last = json.loads(events[6])["event_id"]
    assert call("get", created, "--after", last, "--json").out.splitlines() == events[7:]
    assert call("get", created, "--stream").out == COUNTED


def test_get_says_how_to_wait_for_what_still_runs(
    call: Any, interactions_server: InteractionsServer
) -> None:
    interactions_server.script_statuses(["in_progress"])
    created = started(call, "--background")
    code, out, err = call("get", created)
    assert (code, out) == (0, "")
    assert f"{created} is in_progress" in err
    assert f"gemini-interactions --base-url {interactions_server.url} wait {created}" in err


def test_wait_tells_each_status_once_and_shows_the_answer(
    call: Any, interactions_server: InteractionsServer
) -> None:
    interactions_server.script_statuses(["queued", *["in_progress"] * 3, "completed"])
    created = started(call, "--background")
    code, out, err = call("wait", created, "--interval", "0.001")
    assert (code, out) == (0, COUNTED)
    assert [line.split(" (")[0] for line in err.splitlines()] == [
        f"{created}: in_progress",
        f"{created}: completed",
    ]


def test_wait_as_json(call: Any) -> None:
    created = started(call, "--background")
    out = call("wait", created, "--interval", "0.001", "--json").out
    assert json.loads(out)["status"] == "completed"


def test_wait_ends_with_its_time(call: Any, interactions_server: InteractionsServer) -> None:
    interactions_server.script_statuses(["in_progress"])
    created = started(call, "--background")
    code, out, err = call("wait", created, "--timeout", "0.5", "--interval", "60")
    assert (code, out) == (1, "")
    assert "still in_progress" in err
    assert f"next:  gemini-interactions --base-url {interactions_server.url} wait {created}" in err


def test_wait_ends_with_its_time_inside_a_poll_too(
    call: Any, interactions_server: InteractionsServer
) -> None:
    interactions_server.script_statuses(["in_progress"])
    created = started(call, "--background")
    interactions_server.faults.add("silent", on="poll", nth=2)
    code, _, err = call("wait", created, "--timeout", "0.5", "--interval", "0.001")
    assert code == 1
    assert "still in_progress" in err


def test_cancel_and_delete(call: Any, interactions_server: InteractionsServer) -> None:
    interactions_server.script_statuses(["in_progress"], repeat=True)
    created = started(call, "--background")
    assert call("cancel", created) == (0, f"{created}: cancelled\n", "")
    assert call("cancel", created).code == 3
    assert call("delete", created) == (0, f"{created}: deleted\n", "")
    assert call("get", created).code == 3
    other = started(call, "--background")
    assert json.loads(call("cancel", other, "--json").out)["status"] == "cancelled"
