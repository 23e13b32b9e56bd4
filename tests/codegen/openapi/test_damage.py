"""Documents damaged at random: each is imported or refused by name, and never anything else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions_codegen.errors import CodegenError
from interactions_codegen.openapi.document import document_of
from interactions_codegen.openapi.importing import import_document
from interactions_codegen.source import load

Json = Any

HERE = Path(__file__).parent
BASE = HERE / "base" / "2026-01-02"
DOCUMENTS = [json.loads(path.read_bytes()) for path in sorted((HERE / "documents").glob("*.json"))]
REFERENCES = sorted(
    {f"#/components/schemas/{name}" for d in DOCUMENTS for name in d["components"]["schemas"]}
)
WORDS = [
    *("$ref", "allOf", "anyOf", "const", "discriminator", "enum", "items", "mapping", "nullable"),
    *("oneOf", "properties", "propertyName", "required", "type", "x-dispatch", "x-family"),
    *("additionalProperties", "content", "schema", "parameters", "responses", "name", "in"),
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(WORDS),
    st.sampled_from(REFERENCES),
    st.sampled_from(["object", "array", "string", "null", "type", "text"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), inner, max_size=4),
        st.sampled_from(REFERENCES).map(lambda reference: {"$ref": reference}),
    ),
    max_leaves=8,
)


def places_in(value: Json) -> list[tuple[Json, Any]]:
    """Every holder and key below a value."""
    found: list[tuple[Json, Any]] = []
    pending = [value]
    while pending:
        part = pending.pop()
        keys = part.keys() if isinstance(part, dict) else range(len(part))
        for key in list(keys):
            found.append((part, key))
            if isinstance(part[key], (dict, list)):
                pending.append(part[key])
    return found


def outcome(document: Json) -> str:
    """The report, or the message of a refusal."""
    try:
        imported = import_document(document_of(document, "x.json"), "2026-09-09", load(BASE))
    except CodegenError as error:
        return str(error)
    assert json.dumps(imported.report.as_json())
    return str(imported.report)


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.sampled_from(DOCUMENTS), st.data())
def test_damage_is_refused_by_name(document: Json, data: st.DataObject) -> None:
    damaged = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(places_in(damaged)))
        deed = data.draw(st.sampled_from(["replace", "remove", "add", "swap"]))
        if deed == "replace":
            holder[key] = copy.deepcopy(data.draw(values))
        elif deed == "remove":
            del holder[key]
        elif deed == "swap":
            other, place = data.draw(st.sampled_from(places_in(damaged)))
            holder[key] = copy.deepcopy(other[place])
        elif isinstance(holder, dict):
            holder[data.draw(st.sampled_from(WORDS))] = copy.deepcopy(data.draw(values))
    said = outcome(damaged)
    assert said
    assert said.replace("\n", "").isprintable()
