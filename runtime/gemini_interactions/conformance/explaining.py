"""The validator's errors → deviations: where, which rule, in plain words, and known or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import evolve, frozen

from .excerpts import HIDDEN, Path, at, excerpt, is_object, kind_of, pointer_of
from .findings import Deviation
from .judging import Sender
from .known import OPEN, KnownDeviations
from .schemas import Json, Schema, target_of

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

Judge: TypeAlias = Callable[[str, Any], "list[Deviation]"]
"""Judges a payload as a type, for members that are known by another look."""

ARTICLES: Final = {
    "array": "an array",
    "boolean": "a boolean",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}

MESSAGES: Final = {
    "read-only": "only the service sends this field",
    "write-only": "only a request has this field",
}


@frozen(kw_only=True)
class Site:
    """Where an error arose."""

    path: Path
    """In the payload."""
    type: str
    """The innermost type with a name."""
    field: tuple[str, str] | None
    """The type and the field whose value it is, if it is the value of a field."""
    node: Json
    """The schema whose keyword failed."""


def site_of(judging: Json, error: ValidationError, payload: Any) -> Site:
    """Follow the way that the validator took through the judging schema."""
    node: Any = judging
    name, field = "", None
    steps = iter(error.evaluation_path[:-1])
    for step in steps:
        if step == "$ref":
            name = target_of(node["$ref"])
            node = judging["$defs"][name]
        elif step == "properties":
            wire = str(next(steps))
            node, field = node["properties"][wire], (name, wire)
        else:
            node = node[step]
            field = None if step in ("items", "additionalProperties") else field
    return Site(path=whole_path(error, payload), type=name, field=field, node=node)


def whole_path(error: ValidationError, payload: Any) -> Path:
    """Where the error is: the validator's path, which leaves out keys that are empty."""
    found: list[str | int] = []
    value: Any = payload
    for step in error.instance_path:
        while is_object(value) and step not in value and "" in value:
            found.append("")
            value = value[""]
        found.append(step)
        value = at(value, [step])
    while is_object(value) and "" in value and value != error.instance:
        found.append("")
        value = value[""]
    return tuple(found)


class Explainer:
    """Explains errors by one revision."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known = KnownDeviations(schema)
        self._secrets = schema.secrets()
        request, answer = schema.roots["request"], schema.roots["interaction"]
        self._bodies = {*schema.forms(request), *schema.forms(answer)}
        self._foreign: dict[Sender, tuple[frozenset[str], str]] = {
            "caller": (schema.flagged(answer, "readOnly"), "read-only"),
            "service": (schema.flagged(request, "writeOnly"), "write-only"),
        }

    def explain(
        self, site: Site, error: ValidationError, payload: Any, sender: Sender, judge: Judge
    ) -> Iterator[Deviation]:
        """What is wrong there; several things where one keyword finds several."""
        got, facts = at(payload, site.path), error.kind
        if facts.name == "required":
            yield from self._missing(site, facts.value, got, judge)
        elif facts.name == "additionalProperties":
            for wire in facts.value:
                yield self._surplus(site, wire, got[wire], sender)
        elif facts.name == "type":
            yield self._wrong_kind(site, got)
        elif site.node.get("x-rule") == "unknown-variant":
            yield from self._unknown_variant(site, payload, judge)
        elif isinstance(got, str) or facts.name not in ("const", "enum"):
            yield self._wrong_value(site, got)

    def _missing(self, site: Site, wire: str, got: Json, judge: Judge) -> Iterator[Deviation]:
        reading = None
        known = self._known.omitted(site.type, wire)
        if self._is_tag(site.type, wire):
            reading = self._known.untagged(site.type, got)
            known = reading.known if reading else None
        yield Deviation(
            pointer=pointer_of((*site.path, wire)),
            rule="required",
            message=f"{site.type} needs {wire!r}",
            got=None,
            type=site.type,
            known=known,
        )
        if reading:
            yield from self._read_as(site.type, site.path, {**got, wire: reading.tag}, judge)

    def _surplus(self, site: Site, wire: str, got: Any, sender: Sender) -> Deviation:
        foreign, rule = self._foreign.get(sender, (frozenset[str](), ""))
        if site.type not in self._bodies or wire not in foreign:
            rule = "unknown-field"
        return self._deviation(
            (*site.path, wire),
            rule,
            MESSAGES.get(rule, f"{site.type} has no field {excerpt(wire, ())!r}"),
            got,
            site.type,
            self._known.undeclared(site.type, wire),
        )

    def _wrong_kind(self, site: Site, got: Any) -> Deviation:
        wanted: list[str] = site.node["type"]
        wanted = [wanted] if isinstance(wanted, str) else wanted
        expected = " or ".join(ARTICLES[kind] for kind in wanted)
        kind = kind_of(got)
        known = self._known.accepted(*site.field, kind) if site.field else None
        message = f"{expected} is expected, {ARTICLES[kind]} came"
        return self._deviation(site.path, "type", message, got, site.type, known)

    def _unknown_variant(self, site: Site, payload: Any, judge: Judge) -> Iterator[Deviation]:
        got = at(payload, site.path)
        if not isinstance(got, str):
            return
        tag = str(site.path[-1])
        reading = self._known.renamed(site.type, got)
        known = reading.known if reading else OPEN if site.node.get("x-open") else None
        message = f"{site.type} has no member {excerpt(got, ())!r}"
        yield self._deviation(site.path, "unknown-variant", message, got, site.type, known)
        if reading:
            whole = {**at(payload, site.path[:-1]), tag: reading.tag}
            yield from self._read_as(site.type, site.path[:-1], whole, judge)

    def _wrong_value(self, site: Site, got: Any) -> Deviation:
        rule = site.node.get("x-rule", "choice")
        message = MESSAGES.get(rule, f"{excerpt(got, ())!r} is no value of {site.type}")
        if rule == "const":
            message = f"{site.node['const']!r} is expected"
        known = OPEN if site.node.get("x-open") else None
        return self._deviation(site.path, rule, message, got, site.type, known)

    def _read_as(self, union: str, path: Path, payload: Json, judge: Judge) -> Iterator[Deviation]:
        """The rest of a member that is known by another look."""
        above = pointer_of(path)
        for deviation in judge(union, payload):
            yield evolve(deviation, pointer=above + deviation.pointer)

    def _is_tag(self, name: str, wire: str) -> bool:
        discriminator = self._schema.definitions[name].get("discriminator", {})
        return bool(discriminator.get("propertyName") == wire)

    def _deviation(
        self, path: Path, rule: str, message: str, got: Any, name: str, known: str | None
    ) -> Deviation:
        secret = not self._secrets.isdisjoint(map(str, path))
        return Deviation(
            pointer=pointer_of(path),
            rule=rule,
            message=message,
            got=HIDDEN if secret else excerpt(got, self._secrets),
            type=name,
            known=known,
        )
