"""What types and fields were called before: the names that `aliases` of a revision keep alive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from . import naming
from .documents import Place
from .exports import exports, param_exports
from .model import Definition, Field, FormerField, ObjectType, Revision

REVISION_PACKAGE = ""
PARAMS = "params"


@frozen
class FormerName:
    """A name that a module of the revision once had."""

    module: str
    name: str
    now: str
    """Its name in that module, or `family.Name` where another one has it now."""


def former_fields(
    aliases: Mapping[str, str], owner: str, fields: Iterable[Field]
) -> Iterator[FormerField]:
    """The former names of an object's fields, by the names that the wire or Python has for them."""
    for alias, new in aliases.items():
        type_name, _, old = alias.partition(".")
        field = field_called(fields, new.partition(".")[2])
        if type_name != owner or field is None:
            continue
        name = old if old == field.wire else naming.attribute_name(old)
        yield FormerField(
            now=field.name,
            name=None if name == field.name else name,
            wire=None if old == field.wire else old,
        )


def field_called(fields: Iterable[Field], name: str) -> Field | None:
    return next((field for field in fields if name in (field.wire, field.name)), None)


def former_names(revision: Revision) -> Iterator[FormerName]:
    """The former names of types, and of all that is named after them."""
    for alias, new in revision.aliases.items():
        if is_field(alias):
            continue
        definition = revision.definitions[new]
        home, old = split(alias)
        home = home or definition.family
        path = "" if home == definition.family else f"{definition.family}."
        for was, now in named_after(old, definition):
            yield FormerName(home, was, path + now)
        if old == new:
            continue
        for was, now in named_after(old, definition):
            yield FormerName(REVISION_PACKAGE, was, now)
        for union in revision.unions():
            for reading in union.readings:
                if reading.target == new:
                    was = reading.name.removesuffix(new) + old
                    yield FormerName(union.family, was, reading.name)
                    yield FormerName(REVISION_PACKAGE, was, reading.name)
        params = set(param_exports(revision))
        for ending in ("Param", "Fields"):
            if new + ending in params:
                yield FormerName(PARAMS, old + ending, new + ending)


def named_after(old: str, definition: Definition) -> Iterator[tuple[str, str]]:
    """A type's names when it was called otherwise, and as they are; all where only its module is
    another."""
    before = exports([evolve(definition, name=old)])
    for was, now in zip(before, exports([definition]), strict=True):
        if was != now or old == definition.name:
            yield was, now


def is_field(alias: str) -> bool:
    return alias[0].isupper() and "." in alias


def split(alias: str) -> tuple[str, str]:
    """`family.Type` or `Type` → the family, if it is given, and the type."""
    home, _, name = alias.rpartition(".")
    return home, name


def check_aliases(place: Place, revision: Revision) -> None:
    """Aliases lead from names that are gone to names that are there."""
    for old, new in revision.aliases.items():
        check = check_field if is_field(old) else check_type
        check(place.below(old), revision, old, new)
    taken = {(d.family, name) for d in revision.definitions.values() for name in exports([d])}
    taken |= {(REVISION_PACKAGE, name) for _, name in taken}
    taken |= {(PARAMS, name) for name in param_exports(revision)}
    for former in former_names(revision):
        if (former.module, former.name) in taken:
            raise place.error(f"{former.name}, once the name of {former.now}, is taken")
        taken.add((former.module, former.name))


def check_type(place: Place, revision: Revision, alias: str, new: str) -> None:
    home, old = split(alias)
    if new not in revision.definitions:
        raise place.error(f"there is no {new}")
    if home and home not in dict(revision.families):
        raise place.error(f"there is no family {home}")
    moved = old == new and home not in ("", revision.definitions[new].family)
    if old in revision.definitions and not moved:
        raise place.error(f"{old} is not gone")
    if old in naming.RESERVED_TYPE_NAMES:
        raise place.error(f"{old!r} cannot name a type")


def check_field(place: Place, revision: Revision, alias: str, new: str) -> None:
    owner = alias.partition(".")[0]
    definition = revision.definitions.get(owner)
    if not isinstance(definition, ObjectType) or new.partition(".")[0] != owner:
        raise place.error("a field's names are both of one object that is there")
    field = field_called(definition.fields, new.partition(".")[2])
    if field is None:
        raise place.error(f"there is no {new}")
    (former,) = former_fields({alias: new}, owner, [field])
    if former.name in attributes_of(definition) or former.wire in wire_names_of(definition):
        raise place.error(f"{alias} is not gone")
    if former.name is not None and not naming.can_name_attribute(former.name):
        raise place.error(f"{former.name!r} cannot name a field")
    if former.name is None and former.wire is None:
        raise place.error(f"it is no other name than {new}")


def wire_names_of(definition: ObjectType) -> set[str]:
    tag = {definition.tag.wire} if definition.tag is not None else set[str]()
    return tag | {field.wire for field in definition.fields}


def attributes_of(definition: ObjectType) -> set[str]:
    answer = definition.answer
    outputs = {"text", *(kind for kind, _ in answer.media)} if answer is not None else set[str]()
    return {
        *naming.BASE_ATTRIBUTES,
        *([definition.tag.wire] if definition.tag is not None else []),
        *(field.name for field in definition.fields),
        *(f"output_{kind}" for kind in outputs),
    }
