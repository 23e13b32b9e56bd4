"""Who is who: which type, and which field, of one revision became which of the next.

What `aliases` of the newer revision says holds. Then, in this order: a member of the same union
under the same tag; a definition of the same name; for what is left over, likeness. Two things
are alike when at least half of what they hold is the same (`LEAST_SHARED`) and that and the
likeness of their tags, or names, come to `LEAST_LIKENESS` on average. Only members of one union,
or of one tag, are compared. The likeliest pair goes first; where two are as likely, the pair whose
unions have most tags in common, then the alphabet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import product

from attrs import frozen

from ..former import field_called, is_field, split
from ..model import (
    Definition,
    EnumType,
    Field,
    ListOf,
    Named,
    ObjectType,
    Revision,
    Type,
    UnionType,
)
from ..naming import snake_case
from .relation import same, spelled

LEAST_SHARED = 0.5
LEAST_LIKENESS = 0.55
LEAST_SHARED_WORDS = 0.5
"""Of two fields of one type: how many of the words of their names they share."""

Pair = tuple[str, str]


@frozen
class Pairs:
    types: tuple[Pair, ...]
    heirs: frozenset[Pair]
    """(an old union, a new one at least half of whose members came from there)"""

    def of_new(self, name: str) -> list[str]:
        return [old for old, new in self.types if new == name]

    def of_old(self, name: str) -> list[str]:
        return [new for old, new in self.types if old == name]


def paired(old: Revision, new: Revision) -> Pairs:
    """Every counterpart of every type: several where one was split, or several became one."""
    found = dict.fromkeys(pairs_by_alias(old, new))
    found |= dict.fromkeys(free(found, pairs_by_tag(old, new)))
    found |= dict.fromkeys(free(found, ((name, name) for name in both(old, new)), one_side=True))
    for pair in likely_pairs(old, new, found):
        found |= dict.fromkeys(free(found, [pair]))
    types = tuple(found)
    return Pairs(types, frozenset(heirs(old, new, types)))


def free(taken: Iterable[Pair], pairs: Iterable[Pair], *, one_side: bool = False) -> list[Pair]:
    """The pairs whose partners are without one so far: both of them, or one at least."""
    olds, news = {old for old, _ in taken}, {new for _, new in taken}
    least = 1 if one_side else 2
    return [(old, new) for old, new in pairs if (old not in olds) + (new not in news) >= least]


def both(old: Revision, new: Revision) -> Iterator[str]:
    return (name for name in new.definitions if name in old.definitions)


def pairs_by_alias(old: Revision, new: Revision) -> Iterator[Pair]:
    for alias, name in new.aliases.items():
        if not is_field(alias) and (former := split(alias)[1]) in old.definitions:
            yield former, name


def pairs_by_tag(old: Revision, new: Revision) -> Iterator[Pair]:
    for name in both(old, new):
        before, after = old.definitions[name], new.definitions[name]
        if isinstance(before, UnionType) and isinstance(after, UnionType):
            for tag, member in after.members.items():
                if tag in before.members:
                    yield before.members[tag], member


# --- likeness ------------------------------------------------------------------------------------


def likely_pairs(old: Revision, new: Revision, taken: Iterable[Pair]) -> list[Pair]:
    olds = left_over(old, {name for name, _ in taken})
    news = left_over(new, {name for _, name in taken})
    homes_before, homes_now = memberships(old), memberships(new)
    in_common = tags_in_common(old, new, olds, news)
    found: list[tuple[float, int, str, str]] = []
    for before, after in product(olds, news):
        homes = list(product(homes_before.get(before.name, ()), homes_now.get(after.name, ())))
        likeness = likeness_of(before, after, homes)
        if likeness >= LEAST_LIKENESS:
            votes = max((in_common[one[0], other[0]] for one, other in homes), default=0)
            found.append((-likeness, -votes, before.name, after.name))
    return [(before, after) for _, _, before, after in sorted(found)]


def left_over(revision: Revision, taken: set[str]) -> list[Definition]:
    return [found for name, found in revision.definitions.items() if name not in taken]


def memberships(revision: Revision) -> dict[str, list[Pair]]:
    """Type → the unions it is a member of, and its tags there."""
    found: dict[str, list[Pair]] = {}
    for union in revision.unions():
        for tag, member in union.members.items():
            found.setdefault(member, []).append((union.name, tag))
    return found


def tags_in_common(
    old: Revision, new: Revision, olds: Sequence[Definition], news: Sequence[Definition]
) -> dict[Pair, int]:
    """How many tags of an old union's leftover members are those of a new union's."""
    lost, won = {found.name for found in olds}, {found.name for found in news}
    return {
        (before.name, after.name): len(
            {tag for tag, member in before.members.items() if member in lost}
            & {tag for tag, member in after.members.items() if member in won}
        )
        for before, after in product(old.unions(), new.unions())
    }


def likeness_of(before: Definition, after: Definition, homes: Sequence[tuple[Pair, Pair]]) -> float:
    """Between 0 and 1; 0 for what is not to be compared."""
    shared = shared_part(before, after)
    if shared < LEAST_SHARED:
        return 0.0
    if is_tagged(before) or is_tagged(after):
        names = [
            (tag, other_tag)
            for (union, tag), (other_union, other_tag) in homes
            if union == other_union or tag == other_tag
        ]
    else:
        names = [(snake_case(before.name), snake_case(after.name))]
    likest = max((SequenceMatcher(None, *pair).ratio() for pair in names), default=None)
    return 0.0 if likest is None else (shared + likest) / 2


def is_tagged(definition: Definition) -> bool:
    return isinstance(definition, ObjectType) and definition.tag is not None


def shared_part(before: Definition, after: Definition) -> float:
    """How much of all that two definitions hold is in both; another type counts half."""
    one, other = contents(before), contents(after)
    if type(before) is not type(after) or not one.keys() | other.keys():
        return 0.0
    shared = [1.0 if one[key] == other[key] else 0.5 for key in one.keys() & other.keys()]
    return sum(shared) / len(one.keys() | other.keys())


def contents(definition: Definition) -> Mapping[str, str]:
    if isinstance(definition, ObjectType):
        return {field.wire: spelled(field.type) for field in fields_of(definition)}
    if isinstance(definition, EnumType):
        return dict.fromkeys(definition.values, "")
    if isinstance(definition, UnionType):
        return dict.fromkeys(definition.members, "")
    return {spelled(definition.type): ""}


def heirs(old: Revision, new: Revision, types: Iterable[Pair]) -> Iterator[Pair]:
    """Unions without a counterpart, and those that most of their members left for them."""
    pairs = set(types)
    settled = {name for _, name in pairs}
    for after in new.unions():
        if after.name in settled:
            continue
        for before in old.unions():
            stayed = {
                member
                for union in new.unions()
                if (before.name, union.name) in pairs
                for member in union.members.values()
            }
            arrived = {
                member
                for was, member in product(before.members.values(), after.members.values())
                if (was, member) in pairs and member not in stayed
            }
            if len(arrived) * 2 >= len(after.members):
                yield before.name, after.name


# --- fields --------------------------------------------------------------------------------------


def fields_of(definition: ObjectType) -> list[Field]:
    """Its fields but for the tag, which is the union's."""
    tag = definition.tag.wire if definition.tag is not None else None
    return [field for field in definition.fields if field.wire != tag]


def paired_fields(
    old: ObjectType, new: ObjectType, pairs: Pairs, aliases: Mapping[str, str]
) -> list[tuple[Field | None, Field | None]]:
    """The fields of two counterparts side by side, in the newer order; what is gone comes last."""
    left = {field.wire: field for field in fields_of(old)}
    former = dict(former_wires(old, new, aliases))
    partners = {f.wire: left.pop(former.get(f.wire, f.wire), None) for f in fields_of(new)}
    lonely = [field for field in fields_of(new) if partners[field.wire] is None]
    likely = sorted(
        (-likeness, before.wire, after.wire)
        for before, after in product(left.values(), lonely)
        if (likeness := field_likeness(before, after, pairs)) >= LEAST_SHARED_WORDS
    )
    for _, before, after in likely:
        if before in left and partners[after] is None:
            partners[after] = left.pop(before)
    side_by_side = [(partners[field.wire], field) for field in fields_of(new)]
    return [*side_by_side, *((field, None) for field in left.values())]


def former_wires(old: ObjectType, new: ObjectType, aliases: Mapping[str, str]) -> Iterator[Pair]:
    """(now, before) on the wire, for the fields that `aliases` says were renamed."""
    for alias, name in aliases.items():
        owner, _, member = alias.partition(".")
        if not is_field(alias) or owner not in (old.name, new.name):
            continue
        before = field_called(old.fields, member)
        after = field_called(new.fields, name.partition(".")[2])
        if before is not None and after is not None:
            yield after.wire, before.wire


def field_likeness(before: Field, after: Field, pairs: Pairs) -> float:
    """1 where the type passed to its heir; else, of fields of one type, the words they share."""
    if inherits(before.type, after.type, pairs):
        return 1.0
    if not same(frozenset(pairs.types), before.type, after.type):
        return 0.0
    one = set(snake_case(before.wire).split("_"))
    other = set(snake_case(after.wire).split("_"))
    return len(one & other) / len(one | other)


def inherits(before: Type, after: Type, pairs: Pairs) -> bool:
    while isinstance(before, ListOf) and isinstance(after, ListOf):
        before, after = before.item, after.item
    return (
        isinstance(before, Named)
        and isinstance(after, Named)
        and (before.name, after.name) in pairs.heirs
    )
