"""What a revision has a place for: everything that is sent is built as the revision's own type.

A type or a field that the revision does not have is reported where it would have been used, so
nothing else here knows how revisions differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_args

from attrs import fields

from ..._bindings import Bindings, bindings_of
from ..fields import Fields, Reader
from ..json_values import Json
from ..losses import Report

__all__ = ["Forms", "Product", "forms_of"]


class Product:
    """An object of one type, under construction."""

    __slots__ = ("_form", "_names", "_what", "fields", "forms", "report")

    def __init__(self, forms: Forms, form: Any, what: str, report: Report) -> None:
        self.forms = forms
        self.report = report
        self._form = form
        self._what = what
        self._names = forms.names_of(form)
        self.fields: Json = {}
        """What was put in so far."""

    def has(self, name: str) -> bool:
        return name in self._names

    def put(self, name: str, value: Any, path: str) -> None:
        """Set a field; `path` is where the value came from. `None` is no value."""
        if value is None:
            return
        if name in self._names:
            self.fields[name] = value
        else:
            revision = self.forms.bindings.label
            self.report.dropped(path, f"{self._what} has no {name} in revision {revision}")

    def copy(self, source: Fields, readers: Mapping[str, Reader]) -> None:
        """Set fields that have the same name on both sides."""
        for name, read in readers.items():
            path = source.path_of(name)
            self.put(name, read(source, name), path)

    def extra(self, name: str, value: Any) -> None:
        """Set a field that no schema declares and the service takes."""
        if value is not None:
            self.fields.setdefault("extra_fields", {})[name] = value

    def json(self) -> Json:
        value: Json = self.forms.bindings.unstructure(self._form(**self.fields))
        return value


class Forms:
    """The types of one revision."""

    def __init__(self, bindings: Bindings) -> None:
        self.bindings = bindings
        self.types: Any = bindings.types
        self.has_steps = hasattr(self.types, "Step")
        contents = self._members("Content")
        self._unions = {
            "content": contents,
            "item": {**contents, **self._members("Step")},
            "tool": self._members("Tool"),
            "format": self._members("ResponseFormat"),
            "annotation": self._members("Annotation"),
            "transcription mode": self._members("TranscriptionMode"),
        }

    def _members(self, union: str) -> dict[str, Any]:
        members: Iterable[Any] = get_args(getattr(self.types, union, None))
        return {member.type: member for member in members}

    @staticmethod
    @cache
    def names_of(form: Any) -> frozenset[str]:
        return frozenset(attribute.name for attribute in fields(form))

    def has(self, union: str, tag: str) -> bool:
        return tag in self._unions[union]

    def has_field(self, union: str, tag: str, name: str) -> bool:
        return name in self.names_of(self._unions[union][tag])

    def is_block(self, item: Json) -> bool:
        """Whether an item can be part of a message; others are steps of their own."""
        return self.has("content", item["type"])

    def tagged(self, union: str, tag: str, path: str, report: Report) -> Product | None:
        """A member of a union, or a report that there is none."""
        form = self._unions[union].get(tag)
        if form is None:
            report.dropped(path, f"revision {self.bindings.label} has no {tag} {union}")
            return None
        return Product(self, form, tag, report)

    def named(self, name: str, path: str, report: Report) -> Product | None:
        """An object of a type without a tag, or a report that there is no such type."""
        form = getattr(self.types, name, None)
        if form is None:
            report.dropped(path, f"revision {self.bindings.label} has no {name}")
            return None
        return Product(self, form, name, report)


@cache
def forms_of(revision: str) -> Forms:
    return Forms(bindings_of(revision))
