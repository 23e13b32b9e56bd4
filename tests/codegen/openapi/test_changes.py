"""A document that was changed gives an inventory that is changed in the same way, and no other."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions_codegen.openapi.document import document_of
from interactions_codegen.openapi.exporting import openapi_of
from interactions_codegen.openapi.importing import draft
from interactions_codegen.source import Source, load

Json = Any

SPEC = Path(__file__).parents[3] / "spec"
REVISIONS = ("2025-12-11", "2026-05-07", "2026-05-20")
SCHEMAS = "#/components/schemas/"
BASES = {revision: load(SPEC / revision) for revision in REVISIONS}
EXPORTED = {revision: openapi_of(load(SPEC / revision)) for revision in REVISIONS}

revisions = st.sampled_from(REVISIONS)
ours = st.booleans()
"""Whether the document still has our own marks and words."""
relaxed = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def document(revision: str, own: bool) -> Json:
    """As exported; or the bare structure, as others would publish it."""
    found = copy.deepcopy(EXPORTED[revision])
    return found if own else bare(found)


def bare(value: Json) -> Json:
    if isinstance(value, list):
        return [bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: bare(item)
        for key, item in value.items()
        if not key.startswith("x-") and not (key == "description" and isinstance(item, str))
    }


def definitions(files: dict[str, str]) -> dict[str, Json]:
    """All types by name, with their family, references without theirs."""
    found: dict[str, Json] = {}
    for name, text in files.items():
        content = json.loads(text)
        for definition, schema in content.get("$defs", {}).items():
            text = json.dumps(schema)
            for family in files:
                text = text.replace(f'"{family}#', '"#')
            found[definition] = {**json.loads(text), "family": name.removesuffix(".json")}
    return found


def imported(changed: Json, revision: str, own: bool) -> tuple[dict[str, Json], Json]:
    base: Source | None = None if own else load(SPEC / revision)
    result, _ = draft(document_of(changed, "x.json"), revision, base)
    return definitions(result.files), result.report.as_json()


def before(revision: str) -> dict[str, Json]:
    return definitions({path.name: path.read_text("utf-8") for path in (SPEC / revision).iterdir()})


def subjects(report: Json, section: str) -> list[str]:
    return [entry["subject"] for entry in report[section]]


def objects(revision: str) -> list[str]:
    """Objects whose fields nothing else speaks of."""
    spoken = json.dumps([BASES[revision].deviations, BASES[revision].revision.get("answer")])
    return [
        name
        for name, schema in BASES[revision].definitions.items()
        if "properties" in schema and f'"{name}"' not in spoken
    ]


@relaxed
@given(revisions, ours, st.data())
def test_a_new_field(revision: str, own: bool, data: st.DataObject) -> None:
    changed, expected = document(revision, own), before(revision)
    name = data.draw(st.sampled_from(objects(revision)))
    schema: Json = {"type": "array", "items": {"type": "string"}}
    changed["components"]["schemas"][name]["properties"]["brand_new"] = {
        **schema,
        "deprecated": True,
    }
    found, report = imported(changed, revision, own)
    field = {"description": "", **schema, "deprecated": True}
    expected[name]["properties"]["brand_new"] = field
    assert found == expected
    assert list(found[name]["properties"])[-1] == "brand_new"
    assert subjects(report, "undescribed") == [f"{name}.brand_new"]
    assert report["gone"] == report["placed"] == []


@relaxed
@given(revisions, ours, st.data())
def test_a_field_that_is_gone(revision: str, own: bool, data: st.DataObject) -> None:
    changed, expected = document(revision, own), before(revision)
    name = data.draw(st.sampled_from(objects(revision)))
    optional = [
        wire
        for wire, part in expected[name]["properties"].items()
        if wire not in expected[name].get("required", []) and "ref" not in json.dumps(part)
    ]
    if not optional:
        return
    wire = data.draw(st.sampled_from(optional))
    del changed["components"]["schemas"][name]["properties"][wire]
    del expected[name]["properties"][wire]
    found, report = imported(changed, revision, own)
    assert found == expected
    assert subjects(report, "gone") == ([] if own else [f"{name}.{wire}"])


@relaxed
@given(revisions, ours, st.data())
def test_another_requiredness(revision: str, own: bool, data: st.DataObject) -> None:
    changed, expected = document(revision, own), before(revision)
    filled = [name for name in objects(revision) if expected[name]["properties"]]
    name = data.draw(st.sampled_from(filled))
    wire = data.draw(st.sampled_from(list(expected[name]["properties"])))
    schema = changed["components"]["schemas"][name]
    required = [w for w in schema["properties"] if w in schema.get("required", []) or w == wire]
    schema["required"] = expected[name]["required"] = required
    found, _ = imported(changed, revision, own)
    assert found == expected


@relaxed
@given(revisions, ours, st.data())
def test_a_new_value(revision: str, own: bool, data: st.DataObject) -> None:
    changed, expected = document(revision, own), before(revision)
    enums = [name for name, schema in expected.items() if "enum" in schema]
    name = data.draw(st.sampled_from(enums))
    values = changed["components"]["schemas"][name]["enum"]
    place = data.draw(st.integers(0, len(values)))
    values.insert(place, "brand-new")
    found, report = imported(changed, revision, own)
    # Ours keep their order; where the document puts a new one tells nothing.
    expected[name]["enum"] = values if own else [*expected[name]["enum"], "brand-new"]
    assert found == expected
    assert report["undescribed"] == []


@relaxed
@given(revisions, ours, st.data())
def test_a_new_member(revision: str, own: bool, data: st.DataObject) -> None:
    changed, expected = document(revision, own), before(revision)
    unions = [name for name, schema in expected.items() if "discriminator" in schema]
    name = data.draw(st.sampled_from(unions))
    union = changed["components"]["schemas"][name]
    tag = union["discriminator"]["propertyName"]
    changed["components"]["schemas"]["BrandNew"] = {
        "type": "object",
        "properties": {tag: {"const": "brand.new"}, "note": {"type": "string"}},
        "required": [tag],
    }
    arms = union["oneOf" if "oneOf" in union else "anyOf"]
    arms.append({"$ref": SCHEMAS + "BrandNew"})
    union["discriminator"]["mapping"]["brand.new"] = SCHEMAS + "BrandNew"

    found, report = imported(changed, revision, own)
    siblings = list(expected[name]["discriminator"]["mapping"].values())
    homes = [expected[sibling.rpartition("/")[2]]["family"] for sibling in siblings]
    expected[name]["discriminator"]["mapping"]["brand.new"] = "#/$defs/BrandNew"
    expected[name]["oneOf" if "oneOf" in union else "anyOf"].append({"$ref": "#/$defs/BrandNew"})
    expected["BrandNew"] = {
        "description": "",
        "type": "object",
        "properties": {
            tag: {"description": "", "const": "brand.new"},
            "note": {"description": "", "type": "string"},
        },
        "required": [tag],
        "family": max(homes, key=homes.count),
    }
    assert found == expected
    assert subjects(report, "undescribed") == [f"BrandNew.{tag}", "BrandNew.note", "BrandNew"]
    assert subjects(report, "placed") == ["BrandNew"]


@relaxed
@given(revisions, ours)
def test_a_type_that_nothing_refers_to(revision: str, own: bool) -> None:
    changed = document(revision, own)
    changed["components"]["schemas"]["BrandNew"] = {"type": "object", "properties": {"a": {}}}
    found, report = imported(changed, revision, own)
    assert found == before(revision)
    assert subjects(report, "left_out") == ["BrandNew"]


@relaxed
@given(revisions, st.data())
def test_a_member_that_is_gone(revision: str, data: st.DataObject) -> None:
    changed, expected = document(revision, own=False), before(revision)
    unions = {
        name: schema["discriminator"]["mapping"]
        for name, schema in expected.items()
        if len(schema.get("discriminator", {}).get("mapping", ())) > 2
    }
    name = data.draw(st.sampled_from(sorted(unions)))
    tag = data.draw(st.sampled_from(list(unions[name])))
    member = unions[name][tag].rpartition("/")[2]
    union = changed["components"]["schemas"][name]
    for key in ("oneOf", "anyOf"):
        if key in union:
            union[key] = [arm for arm in union[key] if arm.get("$ref") != SCHEMAS + member]
    mapping = union["discriminator"]["mapping"]
    union["discriminator"]["mapping"] = {t: r for t, r in mapping.items() if r != SCHEMAS + member}
    found, report = imported(changed, revision, own=False)
    assert f"#/$defs/{member}" not in found[name]["discriminator"]["mapping"].values()
    gone = {definition for definition in expected if definition not in found}
    assert gone <= set(subjects(report, "gone"))
    assert not set(found) - set(expected)
    same = set(found) - {name}
    assert {key: found[key] for key in same} == {key: expected[key] for key in same}


@relaxed
@given(revisions, ours, st.data())
def test_a_new_name_for_a_type(revision: str, own: bool, data: st.DataObject) -> None:
    """The public name stays, unless the document says by our own marks that it is another."""
    expected = before(revision)
    name = data.draw(st.sampled_from(sorted(expected)))
    text = json.dumps(document(revision, own=False))
    text = text.replace(f'"{SCHEMAS}{name}"', f'"{SCHEMAS}Renamed{name}"')
    changed = json.loads(text)
    schemas = changed["components"]["schemas"]
    if name not in schemas:
        return
    schemas[f"Renamed{name}"] = schemas.pop(name)
    found, report = imported(changed, revision, own=False)
    assert found == expected
    assert subjects(report, "named") == [name]
