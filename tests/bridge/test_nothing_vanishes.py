"""Whatever a program says arrives, or is reported: for every field of every type."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_interactions import bridge
from gemini_interactions.conformance import Validator

from .surface import Words, is_word, leaves, objects

REVISIONS = ("2025-12-11", "2026-05-07", "2026-05-20")
VALIDATORS = {revision: Validator(revision) for revision in REVISIONS}
ALLOWED = {"unknown-value", "const"}  # the words of these tests are no values of an enum

slow = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def calls(draw: st.DrawFn) -> tuple[Any, Any]:
    words = Words()
    contents = draw(st.lists(objects("Content", words), max_size=3))
    return contents, draw(objects("GenerateContentConfig", words))


def missing(given: Any, path: str, value: Any, losses: list[bridge.Loss]) -> list[str]:
    """Leaves that are neither in a value nor in a report."""
    said = json.dumps(value)
    reported = [loss.path for loss in losses]
    return [
        at
        for at, leaf in leaves(given, path)
        if is_word(leaf)
        and not any(at == loss or at.startswith(f"{loss}/") for loss in reported)
        and str(leaf).rpartition("/")[2] not in said
    ]


@pytest.mark.parametrize("revision", REVISIONS)
@slow
@given(calls())
def test_requests(revision: str, call: tuple[Any, Any]) -> None:
    contents, config = call

    request = bridge.to_create(contents, config, model="m", revision=revision)

    assert missing(contents, "/contents", request.value, request.losses) == []
    # A timeout of milliseconds becomes one of seconds.
    (config.get("httpOptions") or config.get("http_options") or {}).pop("timeout", None)
    assert missing(config, "/config", request.value, request.losses) == []


@pytest.mark.parametrize("revision", REVISIONS)
@slow
@given(calls())
def test_requests_fit_the_schema(revision: str, call: tuple[Any, Any]) -> None:
    request = bridge.to_create(*call, model="m", revision=revision).value
    body = {name: item for name, item in request.items() if not name.startswith(("extra", "time"))}

    found = VALIDATORS[revision].request(body)

    known = {"sampling-top-k"}
    assert [one for one in found if one.rule not in ALLOWED and one.known not in known] == []
