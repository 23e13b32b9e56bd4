"""Which revisions a client's constructor is typed for: one overload for each but the newest.

Python's types cannot look a revision's types up in a table, so both clients spell them out. The
overloads that stand there are the pattern of those that should.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ..naming import module_name

LABEL = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
MODULE = re.compile(r"\bv\d{4}_\d{2}_\d{2}\b")


def with_overloads(text: str, older: Iterable[str]) -> str:
    """A client's module, typed for these older revisions and no others."""
    lines = text.splitlines(keepends=True)
    places = list(places_of_overloads(text))
    if not places:  # there is but one revision to begin with
        return text
    pattern = "".join(lines[places[0]])
    for place in reversed(places):
        del lines[place]
    made = (for_revision(pattern, label) for label in sorted(older, reverse=True))
    start = places[0].start
    return without_idle_imports("".join([*lines[:start], *made, *lines[start:]]))


def places_of_overloads(text: str) -> Iterator[slice]:
    """The lines of every overload that names a revision."""
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            place = slice(node.decorator_list[0].lineno - 1, node.end_lineno)
            if MODULE.search("".join(lines[place])):
                yield place


def for_revision(pattern: str, label: str) -> str:
    return MODULE.sub(module_name(label), LABEL.sub(label, pattern))


def without_idle_imports(text: str) -> str:
    """Type checkers object to an imported name that nothing uses any more."""
    names = [
        alias.asname or alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    for name in names:
        if len(re.findall(rf"\b{name}\b", text)) == 1:
            text = re.sub(rf"\b{name}, |, {name}\b", "", text)
    return text
