"""What docstrings say: their prose, and a text for each parameter.

Three styles are understood: sections of Google's (`Args:`) and of NumPy's (`Parameters`,
underlined), and the fields of Sphinx (`:param name: text`). Types in them are passed over.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from itertools import takewhile
from textwrap import dedent
from typing import Final

from attrs import frozen

_PARAMETERS: Final = frozenset(
    {"args", "arguments", "params", "parameters", "attributes"}
    | {"other parameters", "keyword args", "keyword arguments"}
)
_HEADINGS: Final = _PARAMETERS | frozenset(
    {"returns", "return", "yields", "yield", "receives", "raises", "raise", "warns", "warnings"}
    | {"example", "examples", "note", "notes", "see also", "references"}
)
_UNDERLINE: Final = re.compile(r"-{3,}\s*")
_FIELD: Final = re.compile(r":(\w+)([^:]*):(?:\s+(.*))?")
_PARAMETER_FIELDS: Final = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})
_GOOGLE_ENTRY: Final = re.compile(r"\*{0,2}(\w+)\s*(?:\(.*?\))?\s*:(?:\s+(.*))?")
_NAMES: Final = re.compile(r"[\w*]+(?:\s*,\s*[\w*]+)*")


@frozen
class Docstring:
    prose: str
    parameters: dict[str, str]


def read_docstring(text: str | None) -> Docstring:
    lines = inspect.cleandoc(text or "").splitlines()
    starts = [number for number in range(len(lines)) if begins_section(lines, number)]
    ends = [*starts[1:], len(lines)]
    parameters: dict[str, str] = {}
    for start, end in zip(starts, ends, strict=False):
        parameters.update(parameters_in(lines[start:end]))
    return Docstring("\n".join(lines[: starts[0]] if starts else lines).strip(), parameters)


def begins_section(lines: list[str], number: int) -> bool:
    line = lines[number]
    following = lines[number + 1] if number + 1 < len(lines) else ""
    if _UNDERLINE.fullmatch(following):
        return line.strip().lower() in _HEADINGS
    heading = line.lower().rstrip()
    is_google = heading.endswith(":") and heading[:-1] in _HEADINGS
    return is_google or _FIELD.match(line) is not None


def parameters_in(section: list[str]) -> Iterator[tuple[str, str]]:
    field = _FIELD.match(section[0])
    if field is not None:
        yield from sphinx_parameter(field, section[1:])
    elif section[0].strip().rstrip(":").lower() in _PARAMETERS:
        body = section[1:]
        is_numpy = bool(body) and _UNDERLINE.fullmatch(body[0]) is not None
        yield from numpy_parameters(body[1:]) if is_numpy else google_parameters(body)


def sphinx_parameter(field: re.Match[str], more: list[str]) -> Iterator[tuple[str, str]]:
    names = field[2].split()  # a type may stand before the name
    if field[1] in _PARAMETER_FIELDS and names:
        yield names[-1].lstrip("*"), joined([field[3] or "", *more])


def google_parameters(body: list[str]) -> Iterator[tuple[str, str]]:
    indented = takewhile(lambda line: not line.strip() or line[0].isspace(), body)
    for head, more in entries(dedent("\n".join(indented)).splitlines()):
        entry = _GOOGLE_ENTRY.match(head)
        if entry is not None:
            yield entry[1], joined([entry[2] or "", *more])


def numpy_parameters(body: list[str]) -> Iterator[tuple[str, str]]:
    for head, more in entries(body):
        names = _NAMES.match(head)
        for name in names[0].split(",") if names else ():
            yield name.strip().lstrip("*"), joined(more)


def entries(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Lines that begin at the margin, each with the indented ones below it."""
    groups: list[tuple[str, list[str]]] = []
    for line in lines:
        if line and not line[0].isspace():
            groups.append((line, []))
        elif groups:
            groups[-1][1].append(line)
    return iter(groups)


def joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())
