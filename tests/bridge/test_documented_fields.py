"""docs/migration.md says of every field what becomes of it, and the bridge does just that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

from gemini_interactions import bridge

from . import samples
from .samples import WAYS
from .surface import SURFACE, camel
from .whole import INTERACTIONS

PAGE: Final = (Path(__file__).parents[2] / "docs" / "migration.md").read_text("utf-8")
REVISIONS: Final = ("2025-12-11", "2026-05-07", "2026-05-20")
SECTION: Final = re.compile(r"^### (`.*?)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW: Final = re.compile(r"^\| `(\w+)` \|.*?(?:\| (\d{4}-\d\d-\d\d) )?\|$", re.MULTILINE)
LOST: Final = re.compile(r"^(?:No counterpart|Never there):(.*?)\.$", re.MULTILINE | re.DOTALL)
WITHOUT_ROWS: Final = {"Schema"}
"""Described in words: its keys stay what they are."""


def documented() -> dict[str, tuple[dict[str, str | None], set[str]]]:
    """Types, each with the fields that have a counterpart, and with those that have none."""
    found: dict[str, tuple[dict[str, str | None], set[str]]] = {}
    for names, text in SECTION.findall(PAGE):
        rows = {field: since or None for field, since in ROW.findall(text)}
        lost = {field for group in LOST.findall(text) for field in re.findall(r"`(\w+)`", group)}
        for name in re.findall(r"`(\w+)`", names):
            found[name] = (rows, lost)
    return found


DOCUMENTED: Final = documented()
GIVEN: Final = [name for name in DOCUMENTED if name in WAYS]
MADE: Final = [name for name in DOCUMENTED if name not in WAYS]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_field_is_said_once(name: str) -> None:
    rows, lost = DOCUMENTED[name]

    assert not rows.keys() & lost
    assert rows.keys() | lost == {camel(field) for field in SURFACE[name]}


def test_every_type_that_arrives_is_there() -> None:
    arriving = {
        kind.strip("[]")
        for name, (rows, _) in DOCUMENTED.items()
        if name in WAYS
        for field, kind in SURFACE[name].items()
        if camel(field) in rows
    }

    told = {kind for kind in arriving if SURFACE.get(kind)} - WITHOUT_ROWS
    assert told - DOCUMENTED.keys() == set()


def dropped(name: str, field: str, revision: str) -> bool:
    contents, config, path = samples.call(name, field)
    losses = bridge.to_create(contents, config, revision=revision).losses
    about = [loss for loss in losses if path == loss.path or path.startswith(f"{loss.path}/")]
    return any(loss.kind == "dropped" for loss in about)


@pytest.mark.parametrize("name", GIVEN)
def test_fields_arrive_since_the_revision_that_is_said(name: str) -> None:
    rows, _ = DOCUMENTED[name]
    for field in SURFACE[name]:
        arrives = [one for one in REVISIONS if not dropped(name, field, one)]
        since = rows.get(camel(field))
        expected = [] if since is None else [one for one in REVISIONS if one >= since]
        assert (field, arrives) == (field, expected)


def made_fields(value: Any, name: str, found: dict[str, set[str]]) -> None:
    """The fields of every type in a response; a field that the type lacks fails."""
    for field, item in value.items():
        kinds = {camel(known): kind for known, kind in SURFACE[name].items()}
        found.setdefault(name, set()).add(field)
        kind = kinds[field].strip("[]")
        for inner in item if isinstance(item, list) else [item]:
            if kind in SURFACE:
                made_fields(inner, kind, found)


def test_responses_have_the_fields_that_are_said() -> None:
    found: dict[str, set[str]] = {}
    for revision, interaction in INTERACTIONS:
        response = bridge.to_response(interaction, revision=revision).value
        made_fields(response, "GenerateContentResponse", found)

    assert {name: found.get(name, set()) for name in MADE} == {
        name: set(DOCUMENTED[name][0]) for name in MADE
    }
