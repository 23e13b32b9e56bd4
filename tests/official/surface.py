"""The types of generateContent, as google-genai has them, by the names of their fields.

    python tests/official/surface.py FILE           are they what FILE says?
    python tests/official/surface.py --write FILE

Run where google-genai is installed. Only names and kinds are written down.
"""

from __future__ import annotations

import enum
import inspect
import json
import sys
import typing
from pathlib import Path
from typing import Any

from google.genai import types
from pydantic import BaseModel

ROOTS = (types.Content, types.GenerateContentConfig, types.GenerateContentResponse, types.Tool)
LEAVES = {str: "string", int: "integer", float: "number", bool: "boolean", bytes: "bytes"}
OWN = {  # unions that say more than a kind can
    ("GenerateContentConfig", "tools"): "[Tool]",
    ("GenerateContentConfig", "system_instruction"): "Content",
    ("GenerateContentConfig", "response_schema"): "Schema",
    ("GenerateContentConfig", "speech_config"): "SpeechConfig",
}


def kind_of(annotation: Any) -> str:
    """A leaf, the name of a type, or either in brackets for a list of them."""
    if typing.get_origin(annotation) is list:
        return f"[{kind_of(typing.get_args(annotation)[0])}]"
    if typing.get_origin(annotation) is dict:
        return "json"
    if inspect.isclass(annotation):
        if issubclass(annotation, BaseModel) and annotation is not BaseModel:
            return annotation.__name__
        if issubclass(annotation, enum.Enum):
            return "enum"
        return LEAVES.get(annotation, "json")
    found = {kind_of(part) for part in typing.get_args(annotation) if part is not type(None)}
    return found.pop() if len(found) == 1 else "json"


def surface() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    waiting = [*ROOTS]
    while waiting:
        model = waiting.pop()
        if model.__name__ in found:
            continue
        own = {
            name: OWN.get((model.__name__, name)) or kind_of(field.annotation)
            for name, field in model.model_fields.items()
        }
        found[model.__name__] = own
        kinds = {kind.strip("[]") for kind in own.values()}
        waiting += [getattr(types, kind) for kind in kinds if kind[0].isupper()]
    return dict(sorted(found.items()))


def main(arguments: list[str]) -> int:
    path = Path(arguments[-1])
    found = surface()
    if "--write" in arguments:
        path.write_text(json.dumps(found, indent=2) + "\n")
        return 0
    known = json.loads(path.read_text())
    for name in sorted({*found, *known}):
        if found.get(name) != known.get(name):
            print(f"{name}: {known.get(name)} is now {found.get(name)}")
    return int(found != known)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
