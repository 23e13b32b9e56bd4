"""Specs bent at random: refused with a place, or turned into modules that compile and import."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from interactions_codegen.errors import SpecError
from interactions_codegen.output import generate

from .lab import FIXTURE, LABEL, Json, put, write_spec

ROUNDS = 40
SCHEMA = re.compile("/(properties/[^/]+|anyOf/[0-9]+|items)$")
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, "", "x", "X", "Note", "class", "unknown", "#/$defs/Note"),
    *("word.json#/$defs/Note", "a\nb", '"""', "2026-01-02", [], {}, [[]], ["x"], [{}], {"x": 1}),
    *({"type": "string"}, {"$ref": "#/$defs/Note"}, {"enum": ["a"]}, {"anyOf": [{}, {}]}),
    *([{"type": "string"}, {"type": "array"}], {"type": "object", "properties": {}}, ...),
)


def places_in(document: Any, where: str = "") -> Iterator[str]:
    items: Any = ()
    if isinstance(document, dict):
        items = document.items()
    elif isinstance(document, list):
        items = enumerate(document)
    for key, item in items:
        place = f"{where}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield place
        yield from places_in(item, place)


def bent(documents: Json, chance: random.Random) -> Json:
    """A spec in which one or two things are replaced, removed, moved or added."""
    bent = json.loads(json.dumps(documents))
    for _ in range(chance.randint(1, 2)):
        file = chance.choice(sorted(bent))
        places = list(places_in(bent[file]))
        schemas = [place for place in places if SCHEMA.search(place)]
        if schemas and chance.random() < 0.7:
            moved = json.dumps(at(bent[file], chance.choice(schemas)))
            put(bent, file, chance.choice(schemas), json.loads(moved))
        elif chance.random() < 0.2:
            where = chance.choice(places).rpartition("/")[0]
            if isinstance(at(bent[file], where), dict):
                name = chance.choice(["x", "type", "$ref", "enum"])
                put(bent, file, f"{where}/{name}", chance.choice(ODD[:-1]))
        else:
            put(bent, file, chance.choice(places), chance.choice(ODD))
    return json.loads(json.dumps(bent))  # type: ignore[no-any-return]  # shares nothing


def at(document: Any, place: str) -> Any:
    for part in place.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


@pytest.mark.parametrize("seed", range(4))
def test_bent_specs(seed: int, tmp_path: Path) -> None:
    documents = {path.name: json.loads(path.read_bytes()) for path in (FIXTURE / LABEL).iterdir()}
    chance = random.Random(seed)
    for number in range(ROUNDS):
        spec = write_spec(bent(documents, chance), tmp_path / str(number))
        with suppress(SpecError):  # anything else is a fault of ours
            for name, text in generate(spec).items():
                if name.endswith(".py"):
                    compile(text, name, "exec")
