"""The strategies, held against the bindings: two readers of the same spec."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import find, settings

from gemini_interactions._bindings import REVISIONS, bindings_of
from gemini_interactions._core.assembly import InteractionAssembler
from gemini_interactions.conformance import strategies
from gemini_interactions.conformance.schemas import schema_of
from gemini_interactions.errors import ConfigurationError

from .proof import sampled

FORMS = {
    "request": "CreateInteraction",
    "interaction": "Interaction",
    "event": "Event",
    "error": "ErrorResponse",
}


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("kind", FORMS)
def test_the_bindings_read_every_payload_and_know_all_of_it(kind: Any, revision: str) -> None:
    bindings = bindings_of(revision)
    form = getattr(bindings.types, FORMS[kind])
    for payload in sampled(strategies.payloads(kind, revision), 40):
        value = bindings.structure(form, payload)
        assert bindings.unstructure(value) == payload
        assert "Unknown" not in repr(value)


@pytest.mark.parametrize("revision", REVISIONS)
def test_streams_add_up_to_what_is_stored(revision: str) -> None:
    bindings = bindings_of(revision)
    field = "steps" if hasattr(bindings.types, "Step") else "outputs"
    for exchange in sampled(strategies.exchanges(revision), 40):
        assembler = InteractionAssembler(bindings)
        for event in exchange.events:
            assembler.add(bindings.read_event(copy.deepcopy(event)))
        assert assembler.unplaced == []
        assembled = bindings.unstructure(assembler.interaction)
        assert (assembled.get(field) or []) == exchange.stored[field]


@pytest.mark.parametrize("revision", REVISIONS)
def test_streams_hold_every_event_and_many_kinds_of_parts(revision: str) -> None:
    definitions = schema_of(revision).definitions
    union = "Step" if "Step" in definitions else "Content"
    events: set[str] = set()
    parts: set[str] = set()
    for exchange in sampled(strategies.exchanges(revision), 120):
        events |= {event["event_type"] for event in exchange.events}
        parts |= {
            e[key]["type"] for e in exchange.events for key in ("step", "content") if key in e
        }
    assert events == {*definitions["Event"]["discriminator"]["mapping"]} - {"error"}
    assert len(parts) > len(definitions[union]["discriminator"]["mapping"]) / 2


def test_a_near_miss_differs_from_a_valid_payload_in_one_place() -> None:
    for miss in sampled(strategies.near_misses("TextContent"), 60):
        if miss.change == "cut":
            with pytest.raises(ValueError, match="char"):
                json.loads(miss.payload)
        elif miss.change == "drop":
            assert miss.pointer.removeprefix("/") not in miss.payload


def test_what_takes_anything_has_no_unknown_fields() -> None:
    changes = {miss.change for miss in sampled(strategies.near_misses("DynamicAgentConfig"), 60)}
    assert {"drop", "null", "retype", "unknown-value"} <= changes
    assert "unknown-field" not in changes


def test_strategies_shrink() -> None:
    """What a failing test of a user ends up with."""
    smallest = find(
        strategies.streams(),
        lambda events: any(event["event_type"] == "step.delta" for event in events),
        settings=settings(database=None, derandomize=True),
    )
    assert len(smallest) <= 6


@pytest.mark.parametrize("make", [strategies.values, strategies.near_misses])
def test_a_type_that_is_not_there_is_refused(make: Any) -> None:
    with pytest.raises(ConfigurationError, match="has no type 'Nap'"):
        make("Nap")


def test_judging_needs_no_hypothesis() -> None:
    program = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from gemini_interactions.conformance import Validator\n"
        "assert Validator().error({'error': {}}) == []\n"
        "try:\n"
        "    import gemini_interactions.conformance.strategies\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "gemini-interactions[conformance]" in done.stdout, done.stderr
