"""Contents that went into an interaction come out of it, up to what was reported."""

from __future__ import annotations

import copy
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_interactions import bridge
from gemini_interactions._bindings import bindings_of
from gemini_interactions.conformance import Validator

from .conversations import SPOILS, Json, conversations

NEWEST = "2026-05-20"
REVISIONS = ("2025-12-11", "2026-05-07", NEWEST)
VALIDATORS = {revision: Validator(revision) for revision in REVISIONS}

slow = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
every_revision = pytest.mark.parametrize("revision", REVISIONS)


def drawn(data: st.DataObject, revision: str) -> list[Json]:
    return data.draw(conversations(newest=revision == NEWEST))


@every_revision
@slow
@given(st.data())
def test_what_is_not_reported_comes_back(revision: str, data: st.DataObject) -> None:
    contents = drawn(data, revision)

    sent = bridge.to_create(contents, revision=revision)
    back = bridge.to_contents(sent.value["input"], revision=revision)

    assert sent.losses == []
    assert back.losses == []
    assert back.value == contents


@every_revision
@slow
@given(st.data())
def test_what_is_reported_is_all_that_is_missing(revision: str, data: st.DataObject) -> None:
    contents = drawn(data, revision)
    spoiled = copy.deepcopy(contents)
    expected: set[str] = set()
    for at, content in enumerate(spoiled):
        for number, part in enumerate(content["parts"]):
            for spoil in data.draw(st.lists(st.sampled_from(SPOILS), unique=True, max_size=2)):
                where = spoil(part)
                if where is not None:
                    expected.add(f"/contents/{at}/parts/{number}/{where}")

    sent = bridge.to_create(spoiled, revision=revision)
    back = bridge.to_contents(sent.value["input"], revision=revision)

    assert {loss.path for loss in sent.losses} == expected
    assert {loss.kind for loss in sent.losses} <= {"dropped"}
    assert back.value == contents


@every_revision
@slow
@given(st.data())
def test_what_is_sent_is_what_the_revision_says(revision: str, data: st.DataObject) -> None:
    sent = bridge.to_create(drawn(data, revision), model="m", revision=revision).value

    found = VALIDATORS[revision].request(sent)
    assert [one for one in found if one.known != "x-open"] == []  # media types may be new ones
    bindings = bindings_of(revision)
    read = bindings.structure(bindings.types.CreateModelInteraction, sent)
    assert "Unknown" not in repr(read)
    assert bindings.unstructure(read) == sent


@every_revision
@slow
@given(st.data())
def test_typed_objects_read_like_their_json(revision: str, data: st.DataObject) -> None:
    sent = bridge.to_create(drawn(data, revision), model="m", revision=revision).value
    bindings = bindings_of(revision)
    read = bindings.structure(bindings.types.CreateModelInteraction, sent)

    assert bridge.to_contents(read.input, revision=revision) == bridge.to_contents(
        sent["input"], revision=revision
    )


def snaked(value: Any) -> Any:
    """The same conversation in snake_case, but for what is the program's own."""
    if isinstance(value, list):
        return [snaked(item) for item in value]
    if not isinstance(value, dict):
        return value
    own = ("args", "response")
    return {
        "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in key): (
            item if key in own else snaked(item)
        )
        for key, item in value.items()
    }


@slow
@given(conversations(newest=True))
def test_spelling_does_not_matter(contents: list[Json]) -> None:
    camel = bridge.to_create(contents)

    assert bridge.to_create(snaked(contents)) == camel


@slow
@given(conversations(newest=True), st.binary(max_size=8))
def test_base64_is_read_in_both_alphabets_and_bytes_as_well(
    contents: list[Json], data: bytes
) -> None:
    def sent(value: Any) -> Any:
        part = {"inlineData": {"mimeType": "image/png", "data": value}}
        return bridge.to_create([*contents, {"role": "user", "parts": [part]}]).value

    assert sent(data) == sent(urlsafe_b64encode(data).decode())
    assert sent(data) == sent(urlsafe_b64encode(data).decode().rstrip("="))


@slow
@given(conversations(newest=True))
def test_nothing_is_shared_with_what_was_given(contents: list[Json]) -> None:
    before = json.dumps(contents)
    sent = bridge.to_create(contents).value
    back = bridge.to_contents(sent["input"]).value
    kept = json.dumps(back)

    for step in sent["input"]:
        step.get("arguments", {})["spoiled"] = True
        step.clear()

    assert json.dumps(contents) == before
    assert json.dumps(back) == kept
