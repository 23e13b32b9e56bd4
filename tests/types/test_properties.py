"""What holds for every payload, whatever it is: nothing lost, nothing invented, nothing leaked."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import gemini_interactions_types as types
from gemini_interactions_types._support.errors import StructureError
from gemini_interactions_types._support.model import EMPTY, Model, Unknown

sys.path.insert(0, str(Path(__file__).parent))
from spec_payloads import SECRET, Payloads, json_objects, json_values, target

PAYLOADS = {revision: Payloads(revision) for revision in types.REVISIONS}
LONGEST_REPR = 20_000

each_revision = pytest.mark.parametrize("revision", types.REVISIONS)


def examples(count: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(deadline=None, max_examples=count, suppress_health_check=slow)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def draw_case(data: st.DataObject, revision: str, names: list[str], *, wild: bool) -> Any:
    """A form and a payload of it."""
    name = data.draw(st.sampled_from(names), label="form")
    payload = data.draw(PAYLOADS[revision].of(name, wild=wild), label="payload")
    return getattr(types.load(revision), name), name, payload


def all_forms(revision: str) -> list[str]:
    known = PAYLOADS[revision]
    return [*known.unions, *known.choices, *known.objects]


def walk(value: Any) -> Any:
    """Every part of a value, itself included."""
    yield value
    inner: list[Any] = []
    if isinstance(value, Model):
        inner = [getattr(value, a.name) for a in attrs.fields(type(value))]
    elif isinstance(value, list):
        inner = value
    elif isinstance(value, dict):
        inner = list(value.values())
    for part in inner:
        yield from walk(part)


def resolve(payload: Any, pointer: str) -> None:
    """Follow a pointer; the last key may be missing if that is what the error is about."""
    assert pointer == "" or pointer.startswith("/")
    parts = [p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/")[1:]]
    for depth, part in enumerate(parts, 1):
        if isinstance(payload, list):
            payload = payload[int(part)]
        elif part in payload or depth < len(parts):
            payload = payload[part]
        else:
            payload = None


def assert_helpful(error: StructureError, revision: str, name: str, payload: Any) -> None:
    assert error.payload is payload
    assert (error.revision, error.type_name) == (revision, name)
    assert SECRET not in str(error)
    resolve(payload, error.pointer)


def assert_faithful(revision: str, form: Any, name: str, payload: Any) -> Any:
    """Read and write; the value, or `None` if the payload was rightly refused."""
    module: Any = types.load(revision)
    before = canonical(payload)
    try:
        value = module.structure(form, payload)
    except StructureError as error:
        assert not (name in PAYLOADS[revision].unions and isinstance(payload, dict))
        assert_helpful(error, revision, name, payload)
        return None
    assert canonical(module.unstructure(value)) == before
    assert canonical(payload) == before, "the payload was changed"
    return value


@each_revision
@given(data=st.data())
@examples(120)
def test_a_payload_is_written_back_as_it_came(revision: str, data: st.DataObject) -> None:
    form, name, payload = draw_case(data, revision, all_forms(revision), wild=True)
    assert_faithful(revision, form, name, payload)


@each_revision
@given(data=st.data())
@examples(100)
def test_events_and_requests_are_written_back_as_they_came(
    revision: str, data: st.DataObject
) -> None:
    names = ["Event", "Interaction", "CreateInteraction", "InteractionInput"]
    form, name, payload = draw_case(data, revision, names, wild=True)
    assert_faithful(revision, form, name, payload)


@each_revision
@given(data=st.data())
@examples(100)
def test_any_json_at_all(revision: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(all_forms(revision)))
    payload = data.draw(json_values)
    assert_faithful(revision, getattr(types.load(revision), name), name, payload)


@each_revision
@given(data=st.data())
@examples(100)
def test_a_union_takes_any_object(revision: str, data: st.DataObject) -> None:
    known = PAYLOADS[revision]
    name = data.draw(st.sampled_from(known.unions))
    mapping = known.definitions[name]["discriminator"]["mapping"]
    tag = known.definitions[name]["discriminator"]["propertyName"]
    member = data.draw(st.sampled_from(sorted(mapping)))
    fields = sorted(known.definitions[target(mapping[member])]["properties"])
    payload = data.draw(st.dictionaries(st.sampled_from(fields), json_values, max_size=3))
    payload |= data.draw(st.just({tag: member}) | st.just({}) | json_objects)

    module: Any = types.load(revision)
    value = module.structure(getattr(module, name), payload)
    assert canonical(module.unstructure(value)) == canonical(payload)


@pytest.mark.parametrize("revision", [r for r in types.REVISIONS if PAYLOADS[r].untagged])
@given(data=st.data())
@examples(100)
def test_a_union_takes_any_object_that_looks_like_an_untagged_member(
    revision: str, data: st.DataObject
) -> None:
    union, keys = data.draw(st.sampled_from(PAYLOADS[revision].untagged))
    payload = data.draw(st.dictionaries(st.sampled_from(keys), json_values, min_size=1))

    module: Any = types.load(revision)
    value = module.structure(getattr(module, union), payload)
    assert canonical(module.unstructure(value)) == canonical(payload)


@each_revision
@given(data=st.data())
@examples(120)
def test_a_payload_that_fits_leaves_nothing_over(revision: str, data: st.DataObject) -> None:
    form, name, payload = draw_case(data, revision, all_forms(revision), wild=False)
    value = assert_faithful(revision, form, name, payload)
    assert value is not None
    for part in walk(value):
        assert not isinstance(part, Unknown)
        if isinstance(part, Model):
            assert part.extra_fields is EMPTY


@each_revision
@given(data=st.data())
@examples(120)
def test_a_value_is_an_ordinary_value(revision: str, data: st.DataObject) -> None:
    form, name, payload = draw_case(data, revision, all_forms(revision), wild=True)
    value = assert_faithful(revision, form, name, payload)
    assume(value is not None)
    module: Any = types.load(revision)

    copies = [copy.deepcopy(value), pickle.loads(pickle.dumps(value)), copy.copy(value)]
    if isinstance(value, Model | Unknown):
        copies.append(attrs.evolve(value))
        with pytest.raises(TypeError, match="unhashable"):
            hash(value)
        assert value != object()
    for again in copies:
        assert again == value
        assert type(again) is type(value)
        assert canonical(module.unstructure(again)) == canonical(payload)
        for part in walk(again):
            if isinstance(part, Model) and not part.extra_fields:
                assert part.extra_fields is EMPTY


@each_revision
@given(data=st.data())
@examples(120)
def test_a_repr_is_short_and_keeps_secrets(revision: str, data: st.DataObject) -> None:
    known = PAYLOADS[revision]
    holders = [n for n in known.objects if "x-secret" in json.dumps(known.definitions[n])]
    names = [*holders, "Tool", "CreateInteraction", "Interaction"]
    form, name, payload = draw_case(data, revision, names, wild=True)
    value = assert_faithful(revision, form, name, payload)
    assert SECRET not in repr(value)
    assert len(repr(value)) < LONGEST_REPR


@each_revision
@given(data=st.data())
@examples(100)
def test_equality_is_that_of_the_payloads(revision: str, data: st.DataObject) -> None:
    form, name, first = draw_case(data, revision, all_forms(revision), wild=True)
    second = data.draw(PAYLOADS[revision].of(name, wild=True))
    one = assert_faithful(revision, form, name, first)
    other = assert_faithful(revision, form, name, second)
    if one is not None and other is not None:
        assert (one == other) == (first == second)
