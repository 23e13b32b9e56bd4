"""Source → `schema.json`: a revision's types, operations and deviations in one document.

It is JSON Schema 2020-12, complete in itself, for programs that are not Python and for the
conformance kit. Keywords of our own begin with `x-`, as in the spec.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .source import Source, target_of

SCHEMA_FILE = "schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
PAYLOADS = ("body", "response", "stream")


def schema_file(source: Source) -> str:
    """The text of the file."""
    content = {
        "$schema": DRAFT,
        "title": f"Gemini Interactions API, revision {source.label}",
        "x-revision": source.label,
        "x-operations": {
            name: operation(route) for name, route in source.routes["operations"].items()
        },
        "x-deviations": source.deviations,
        "$defs": source.definitions,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def operation(route: Mapping[str, Any]) -> dict[str, str]:
    """References to what an operation takes, gives, and streams one by one."""
    return {key: f"#/$defs/{target_of(route[key])}" for key in PAYLOADS if key in route}
