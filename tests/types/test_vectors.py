"""The vectors of every revision: what a payload reads as, and that it is written back unchanged."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

import gemini_interactions_types as types
from gemini_interactions_types._support.errors import StructureError
from gemini_interactions_types._support.model import Model, Unknown

VECTORS = Path(__file__).parents[1] / "vectors"
# Where the wire's name is not the attribute's.
WIRE_NAMES = {"excluded_predefined_functions": "excludedPredefinedFunctions"}


def load(key: str) -> list[Any]:
    return [
        pytest.param(revision, vector, id=f"{revision}-{path.stem}-{vector['name']}")
        for revision in types.REVISIONS
        for path in sorted((VECTORS / revision).glob("*.json"))
        for vector in json.loads(path.read_text("utf-8"))["vectors"]
        if key in vector
    ]


def canonical(value: Any) -> str:
    """JSON text in which `1`, `1.0` and `true` differ and the order of keys does not matter."""
    return json.dumps(value, sort_keys=True)


def reading_of(module: Any, value: Any) -> Any:
    """A typed object as the plain data that vectors describe it with."""
    if isinstance(value, Unknown):
        return {"class": type(value).__name__, "tag": value.tag, "problem": value.problem}
    if isinstance(value, Model):
        known = {a.name: getattr(value, a.name) for a in attrs.fields(type(value))[1:]}
        return {
            "class": type(value).__name__,
            "fields": {
                wire_name(module, value, name): reading_of(module, item)
                for name, item in known.items()
                if item is not None
            },
            "extra_fields": dict(value.extra_fields),
        }
    if isinstance(value, list):
        return [reading_of(module, item) for item in value]
    if isinstance(value, dict):
        return {name: reading_of(module, item) for name, item in value.items()}
    return value


def wire_name(module: Any, value: Model, name: str) -> str:
    wire = WIRE_NAMES.get(name, name)
    return wire if wire in module.unstructure(value) else name


def spelled_out(reading: Any) -> Any:
    """A vector's reading with the parts that are left out while empty."""
    if isinstance(reading, list):
        return [spelled_out(item) for item in reading]
    if not isinstance(reading, dict):
        return reading
    if "class" not in reading:
        return {name: spelled_out(item) for name, item in reading.items()}
    if "fields" not in reading:
        return {"problem": None, **reading}
    return {**reading, "fields": spelled_out(reading["fields"])} | {
        "extra_fields": reading.get("extra_fields", {})
    }


@pytest.mark.parametrize(("revision", "vector"), load("reading"))
def test_reading(revision: str, vector: dict[str, Any]) -> None:
    module: Any = types.load(revision)
    payload = copy.deepcopy(vector["payload"])

    value = module.structure(getattr(module, vector["form"]), payload)

    assert canonical(reading_of(module, value)) == canonical(spelled_out(vector["reading"]))
    assert canonical(payload) == canonical(vector["payload"]), "reading changed the payload"
    assert canonical(module.unstructure(value)) == canonical(vector["payload"])


@pytest.mark.parametrize(("revision", "vector"), load("reading"))
def test_through_text(revision: str, vector: dict[str, Any]) -> None:
    module: Any = types.load(revision)
    form = getattr(module, vector["form"])
    value = module.structure(form, vector["payload"])

    again = module.structure(form, json.loads(json.dumps(module.unstructure(value))))

    assert again == value
    assert reading_of(module, again) == reading_of(module, value)


@pytest.mark.parametrize(("revision", "vector"), load("error"))
def test_error(revision: str, vector: dict[str, Any]) -> None:
    module: Any = types.load(revision)

    with pytest.raises(StructureError) as caught:
        module.structure(getattr(module, vector["form"]), vector["payload"])

    error = caught.value
    assert {"pointer": error.pointer, "problem": error.problem} == vector["error"]
    assert error.payload is vector["payload"]
    assert (error.revision, error.type_name) == (revision, vector["form"])


def test_every_revision_has_vectors() -> None:
    revisions = {path.name for path in VECTORS.iterdir() if path.name[:1].isdigit()}
    assert revisions == set(types.REVISIONS)


def test_names_are_unique_and_payloads_cannot_be_taken_for_readings() -> None:
    for parameters in (load("reading"), load("error")):
        names = [parameter.id for parameter in parameters]
        assert len(set(names)) == len(names)
    for path in VECTORS.glob("2*/*.json"):
        for vector in json.loads(path.read_text("utf-8"))["vectors"]:
            assert vector.keys() <= {"name", "form", "payload", "reading", "error"}
            assert ("reading" in vector) != ("error" in vector)
            assert '"class"' not in json.dumps(vector["payload"])


def test_all_deviations_that_change_a_reading_have_a_vector() -> None:
    spec = Path(__file__).parents[2] / "spec" / types.LATEST / "deviations.json"
    deviations = {entry["id"] for entry in json.loads(spec.read_text("utf-8"))["deviations"]}
    path = VECTORS / types.LATEST / "deviations.json"
    named = {
        vector["name"].partition(":")[0]
        for vector in json.loads(path.read_text("utf-8"))["vectors"]
    }
    assert deviations - named == {"end-marker"}
    assert named <= deviations
