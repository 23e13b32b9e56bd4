"""How two type expressions of two revisions relate: the same, or what one admits beyond the other.

Named types that are each other's counterparts count as the same: what changed inside them is told
where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from ..model import (
    AliasType,
    Anything,
    Choice,
    Constant,
    EnumType,
    ListOf,
    MapOf,
    Named,
    ObjectType,
    Revision,
    Scalar,
    Type,
    UnionType,
)


@frozen
class Side:
    """A revision seen from another: its types, and their counterparts there."""

    revision: Revision
    pairs: frozenset[tuple[str, str]]
    """(a name here, a name there)"""


@frozen
class Values:
    """What a text may be: listed values, and others too where the list is open."""

    listed: tuple[str, ...]
    open: bool


def spelled(type_: Type) -> str:
    """A type expression as people read it."""
    if isinstance(type_, Scalar):
        return type_.kind
    if isinstance(type_, Constant):
        return " | ".join(f'"{value}"' for value in type_.values)
    if isinstance(type_, Named):
        return type_.name
    if isinstance(type_, ListOf):
        inner = spelled(type_.item)
        return f"({inner})[]" if isinstance(type_.item, Choice | MapOf) else f"{inner}[]"
    if isinstance(type_, MapOf):
        return f"map of {spelled(type_.value)}"
    if isinstance(type_, Choice):
        return " | ".join(spelled(arm) for arm in type_.arms)
    return "any"


def same(pairs: frozenset[tuple[str, str]], one: Type, other: Type) -> bool:
    if isinstance(one, Named) and isinstance(other, Named):
        return (one.name, other.name) in pairs
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        return same(pairs, one.item, other.item)
    if isinstance(one, MapOf) and isinstance(other, MapOf):
        return same(pairs, one.value, other.value)
    if isinstance(one, Constant) and isinstance(other, Constant):
        return set(one.values) == set(other.values)
    if isinstance(one, Choice) and isinstance(other, Choice):
        return len(one.arms) == len(other.arms) and all(
            any(same(pairs, arm, counterpart) for counterpart in other.arms) for arm in one.arms
        )
    return one == other


def arms_of(revision: Revision, type_: Type) -> tuple[Type, ...]:
    """A type as its alternatives; names of choices are followed."""
    if isinstance(type_, Choice):
        return tuple(part for arm in type_.arms for part in arms_of(revision, arm))
    if isinstance(type_, Named):
        definition = revision.definitions[type_.name]
        if isinstance(definition, AliasType):
            return arms_of(revision, definition.type)
    return (type_,)


def values_of(revision: Revision, type_: Type) -> Values | None:
    """The list of values that a type is, if it is one."""
    if isinstance(type_, Constant):
        return Values(type_.values, open=False)
    if isinstance(type_, Named):
        definition = revision.definitions[type_.name]
        if isinstance(definition, EnumType):
            return Values(definition.values, definition.open)
    return None


def is_text(revision: Revision, type_: Type) -> bool:
    return type_ == Scalar("string") or values_of(revision, type_) is not None


def beyond(side: Side, type_: Type, other: Revision, bounds: Type) -> list[Type]:
    """The alternatives of a type that the bounds, a type of the other revision, do not admit."""
    arms = arms_of(other, bounds)
    return [arm for arm in arms_of(side.revision, type_) if not admitted(side, arm, other, arms)]


def admitted(side: Side, arm: Type, other: Revision, arms: Sequence[Type]) -> bool:
    """Whether whatever an alternative holds fits one of the other revision's."""
    if any(isinstance(wide, Anything) or same(side.pairs, arm, wide) for wide in arms):
        return True
    if is_text(side.revision, arm):
        return text_admitted(side.revision, arm, other, arms)
    if isinstance(arm, Scalar):
        return arm.kind == "integer" and Scalar("number") in arms
    if isinstance(arm, ListOf):
        return any(
            isinstance(wide, ListOf) and not beyond(side, arm.item, other, wide.item)
            for wide in arms
        )
    if isinstance(arm, MapOf):
        return any(
            isinstance(wide, MapOf) and not beyond(side, arm.value, other, wide.value)
            for wide in arms
        )
    return isinstance(arm, Named) and objects_admitted(side, arm.name, other, arms)


def text_admitted(revision: Revision, arm: Type, other: Revision, arms: Sequence[Type]) -> bool:
    lists = [found for wide in arms if (found := values_of(other, wide)) is not None]
    if Scalar("string") in arms or any(found.open for found in lists):
        return True
    values = values_of(revision, arm)
    known = {value for found in lists for value in found.listed}
    return values is not None and not values.open and known.issuperset(values.listed)


def objects_admitted(side: Side, name: str, other: Revision, arms: Sequence[Type]) -> bool:
    """Whether an object, or every member of a union, is one of the other revision's."""
    wide_names = {found for arm in arms for found in objects_in(other, arm)}
    free = any(
        arm == MapOf(Anything()) or (isinstance(arm, Named) and is_free(other, arm.name))
        for arm in arms
    )
    return free or all(
        any((found, wide) in side.pairs for wide in wide_names)
        for found in objects_in(side.revision, Named(name))
    )


def objects_in(revision: Revision, arm: Type) -> Iterator[str]:
    if isinstance(arm, Named):
        definition = revision.definitions[arm.name]
        if isinstance(definition, ObjectType):
            yield arm.name
        elif isinstance(definition, UnionType):
            yield from definition.members.values()


def is_free(revision: Revision, name: str) -> bool:
    definition = revision.definitions[name]
    return isinstance(definition, UnionType) and definition.free


def is_objects(revision: Revision, type_: Type) -> bool:
    return any(True for _ in objects_in(revision, type_))
