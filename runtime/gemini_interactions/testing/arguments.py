"""Values that fit a JSON schema, taken from the words of a prompt where that makes sense."""

from __future__ import annotations

import re
from typing import Any

from .json_values import Json, as_list, as_object

_PLACE = re.compile(r"\b[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+)\W*([A-Z]\w*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MAX_DEPTH = 8
"""Schemas can refer to themselves; an example need not go on for ever."""


def names_in(prompt: str) -> list[str]:
    """Capitalised names in a prompt, without the word that merely starts a sentence."""
    starters = {match.start(1): match.end(1) for match in _SENTENCE_START.finditer(prompt)}
    names: list[str] = []
    for match in _PLACE.finditer(prompt):
        text = prompt[starters.get(match.start(), match.start()) : match.end()].strip()
        if text and text not in names and text != "I":
            names.append(text)
    return names


def example(schema: Any, prompt: str) -> Any:
    """A value for the schema: enum members and numbers of the prompt first, then its names."""
    return _Example(as_object(schema), prompt).value(schema)


class _Example:
    def __init__(self, root: Json, prompt: str) -> None:
        self._root = root
        self._prompt = prompt

    def value(self, schema: Any, depth: int = 0) -> Any:
        rules = self._resolved(as_object(schema))
        for key in ("const", "default"):
            if key in rules:
                return rules[key]
        if choices := as_list(rules.get("enum")):
            prompt = self._prompt.lower()
            return next((item for item in choices if str(item).lower() in prompt), choices[0])
        kind = rules.get("type") or ("object" if "properties" in rules else "string")
        if isinstance(kind, list):
            kind = next((item for item in as_list(rules["type"]) if item != "null"), "null")
        return self._of_kind(str(kind).lower(), rules, depth)

    def _resolved(self, rules: Json) -> Json:
        for key in ("anyOf", "oneOf", "allOf"):
            if options := as_list(rules.get(key)):
                rules = as_object(options[0])
        reference = str(rules.get("$ref", ""))
        if reference.startswith("#/"):
            target = self._root
            for name in reference[2:].split("/"):
                target = as_object(target.get(name))
            return target
        return rules

    def _of_kind(self, kind: str, rules: Json, depth: int) -> Any:
        deep = depth >= _MAX_DEPTH
        if kind == "object":
            fields = {} if deep else as_object(rules.get("properties"))
            return {name: self.value(inner, depth + 1) for name, inner in fields.items()}
        if kind == "array":
            return [] if deep else [self.value(rules.get("items"), depth + 1)]
        if kind in ("integer", "number"):
            return self._number(rules, whole=kind == "integer")
        if kind == "boolean":
            return True
        return None if kind == "null" else self._words()

    def _number(self, rules: Json, *, whole: bool) -> int | float:
        found = _NUMBER.search(self._prompt)
        value = float(found[0]) if found else float(rules.get("minimum", 1))
        return int(value) if whole else value

    def _words(self) -> str:
        names = names_in(self._prompt)
        return names[0] if names else self._prompt.strip(" ?!.")[:60] or "example"
