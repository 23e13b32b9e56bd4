"""A comparison as short lines, which is how the tests say what they expect of one.

    !!. Usage.total_reasoning_tokens > Usage.total_thought_tokens: field-renamed

The three signs are for readers, strict readers and senders.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from interactions_codegen.build import build
from interactions_codegen.diff.changes import Change, Diff
from interactions_codegen.diff.compare import compare
from interactions_codegen.diff.text import SIGNS
from interactions_codegen.diff.wording import severities
from interactions_codegen.model import Revision
from interactions_codegen.source import load

from ..lab import LABEL, SPEC, Json, write_spec


def line(change: Change) -> str:
    signs = "".join(SIGNS[severity] for severity in severities(change.impact))
    old, new = (
        f"{name}.{field}" if name and field else name if not bare else ""
        for name, field, bare in (
            (change.old, change.old_field, change.new_field and not change.old_field),
            (change.new, change.new_field, change.old_field and not change.new_field),
        )
    )
    about = old if old == new else " > ".join(name for name in (old, new) if name)
    said = f": {change.before} -> {change.after}" if change.before or change.after else ""
    items = f" [{', '.join(change.items)}]" if change.items else ""
    return f"{signs} {about} {change.kind}{said}{items}"


def lines(diff: Diff) -> list[str]:
    return [line(change) for change in diff.changes]


@cache
def revision(label: str) -> Revision:
    """One of our own."""
    return build(load(SPEC / label))


MODELS: dict[str, Revision] = {}


def model(documents: Json, folder: Path) -> Revision:
    """One made of documents."""
    text = json.dumps(documents)
    if text not in MODELS:
        MODELS[text] = build(load(write_spec(documents, folder) / LABEL))
    return MODELS[text]


def compared(before: Json, after: Json, folder: Path) -> Diff:
    return compare(model(before, folder / "before"), model(after, folder / "after"))
