"""The types of two revisions side by side, and what changed in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from ..model import (
    AliasType,
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
from .audience import Audience, Reach
from .changes import Cell, Change, Entry, Impact, Row
from .impact import of_kind, of_retyping
from .relation import Side, Values, same, spelled, values_of
from .renames import Pairs, fields_of, inherits, memberships, paired_fields

Homes = Sequence[tuple[str, str]]
"""The unions that a type is a member of, and its tags there."""
FORMS: Mapping[type[Definition], str] = {
    ObjectType: "object",
    UnionType: "union",
    EnumType: "enum",
    AliasType: "choice",
}


@frozen
class Thing:
    """What changes, by its names in both revisions, and who meets it."""

    old: str
    new: str
    audience: Audience
    old_field: str = ""
    new_field: str = ""

    def change(
        self,
        kind: str,
        before: str = "",
        after: str = "",
        items: Sequence[str] = (),
        *,
        impact: Impact | None = None,
    ) -> Change:
        return Change(
            kind=kind,
            old=self.old,
            new=self.new,
            old_field=self.old_field,
            new_field=self.new_field,
            before=before,
            after=after,
            items=tuple(items),
            impact=impact or of_kind(kind, self.audience),
        )

    def marked(self, before: bool, after: bool, marked: str, unmarked: str) -> list[Change]:
        return [] if before == after else [self.change(marked if after else unmarked)]

    def values(self, before: Values, after: Values) -> list[Change]:
        changes: list[Change] = []
        if added := [value for value in after.listed if value not in before.listed]:
            changes.append(self.change("values-added", items=added))
        if removed := [value for value in before.listed if value not in after.listed]:
            kind = "values-unlisted" if after.open else "values-removed"
            changes.append(self.change(kind, items=removed))
        return [*changes, *self.marked(before.open, after.open, "opened", "closed")]


class Definitions:
    """Two revisions, and all that is needed to compare what they define."""

    def __init__(self, old: Revision, new: Revision, pairs: Pairs) -> None:
        self.old = Side(old, frozenset(pairs.types))
        self.new = Side(new, frozenset((after, before) for before, after in pairs.types))
        self.pairs = pairs
        self.reach_before, self.reach_now = Reach(old), Reach(new)
        self.homes_before, self.homes_now = memberships(old), memberships(new)

    def entries(self) -> Iterator[Entry]:
        """In the newer order, family by family; what is gone comes after what its family has."""
        old, new = self.old.revision, self.new.revision
        for family in dict.fromkeys(name for name, _ in (*new.families, *old.families)):
            for definition in new.of_family(family):
                partners = self.pairs.of_new(definition.name)
                for name in partners:
                    yield self.compared(old.definitions[name], definition)
                if not partners:
                    yield self.added(definition)
            for definition in old.of_family(family):
                if not self.pairs.of_old(definition.name):
                    yield self.removed(definition)

    def audience_before(self, definition: Definition) -> Audience:
        return self.reach_before.audience(definition.name)

    def audience_now(self, definition: Definition) -> Audience:
        return self.reach_now.audience(definition.name)

    # --- what only one of them has ---------------------------------------------------------------

    def added(self, definition: Definition) -> Entry:
        homes = self.homes_now.get(definition.name, [])
        kind = "variant-added" if any(self.was_read(union) for union, _ in homes) else "type-added"
        taken_from = [old for old, new in self.pairs.heirs if new == definition.name]
        if taken_from:
            kind = "union-split"
        thing = Thing("", definition.name, self.audience_now(definition))
        tags = [homes_text([home]) for home in homes]
        change = thing.change(kind, before=", ".join(sorted(taken_from)), items=tags)
        return entry(None, definition, [change], [Row(None, cell) for cell in cells(definition)])

    def was_read(self, union: str) -> bool:
        """Whether readers met a union before, if by another name."""
        heirs = [old for old, new in self.pairs.heirs if new == union]
        return any(
            self.reach_before.audience(old).read for old in (*self.pairs.of_new(union), *heirs)
        )

    def removed(self, definition: Definition) -> Entry:
        """What a name stood for other than an object is told where it stood."""
        kind = "type-removed" if isinstance(definition, ObjectType) else "name-dropped"
        thing = Thing(definition.name, "", self.audience_before(definition))
        homes = self.homes_before.get(definition.name, [])
        change = thing.change(kind, items=[homes_text([home]) for home in homes])
        return entry(definition, None, [change], [Row(cell, None) for cell in cells(definition)])

    # --- what both have --------------------------------------------------------------------------

    def compared(self, before: Definition, after: Definition) -> Entry:
        changes = [*self.identity(before, after)]
        rows: list[Row]
        if isinstance(before, ObjectType) and isinstance(after, ObjectType):
            changes += self.object_marks(before, after)
            rows = [*tag_rows(before, after), *self.fields(before, after)]
        elif isinstance(before, EnumType) and isinstance(after, EnumType):
            was, now = Values(before.values, before.open), Values(after.values, after.open)
            listed = self.whole(before, after).values(was, now)
            rows = value_rows(before, after, listed)
            changes += [change for change in listed if not change.items]
        elif isinstance(before, UnionType) and isinstance(after, UnionType):
            changes += self.union_marks(before, after)
            rows = list(self.members(before, after))
        elif isinstance(before, AliasType) and isinstance(after, AliasType):
            rows = [self.choice(before, after)]
        else:
            changes.append(self.form_change(before, after))
            rows = [Row(cell, None) for cell in cells(before)]
            rows += [Row(None, cell) for cell in cells(after)]
        return entry(before, after, changes, rows)

    def whole(self, before: Definition, after: Definition) -> Thing:
        """Two counterparts as things that change."""
        return Thing(before.name, after.name, self.audience_before(before))

    def form_change(self, before: Definition, after: Definition) -> Change:
        """As grave as it would be for a field that changed its type from the one to the other."""
        pair = (before.name, after.name)
        old = Side(self.old.revision, self.old.pairs - {pair})
        new = Side(self.new.revision, self.new.pairs - {pair[::-1]})
        audience = self.audience_before(before)
        impact = of_retyping(old, Named(before.name), new, Named(after.name), audience)
        forms = FORMS[type(before)], FORMS[type(after)]
        return self.whole(before, after).change("form-changed", *forms, impact=impact)

    def identity(self, before: Definition, after: Definition) -> Iterator[Change]:
        """What it is called, in the inventory and on the wire."""
        whole = self.whole(before, after)
        heirs = self.pairs.of_old(before.name)
        was = self.homes_before.get(before.name, [])
        now = self.homes_now.get(after.name, [])
        kept = {tag for union, tag in now if self.pairs.of_new(union)}
        if len(heirs) > 1:
            if after.name == heirs[0]:
                yield whole.change("type-split", before.name, ", ".join(heirs))
        elif was and now and not self.in_one_union(was, now):
            yield whole.change("variant-moved", homes_text(was), homes_text(now))
        elif was and now and kept.isdisjoint(tag for _, tag in was):
            yield whole.change("variant-renamed", homes_text(was), homes_text(now))
        elif before.name != after.name:
            yield whole.change("type-renamed", before.name, after.name)

    def in_one_union(self, was: Homes, now: Homes) -> bool:
        return any((old, new) in self.old.pairs for old, _ in was for new, _ in now)

    def object_marks(self, before: ObjectType, after: ObjectType) -> Iterator[Change]:
        whole = self.whole(before, after)
        yield from whole.marked(before.deprecated, after.deprecated, "deprecated", "undeprecated")
        yield from whole.marked(
            before.free, after.free, "any-object-admitted", "any-object-refused"
        )

    def union_marks(self, before: UnionType, after: UnionType) -> Iterator[Change]:
        whole = self.whole(before, after)
        if before.tag != after.tag:
            yield whole.change("discriminator-changed", before.tag, after.tag)
        yield from whole.marked(before.open, after.open, "opened", "closed")
        yield from whole.marked(
            before.free, after.free, "any-object-admitted", "any-object-refused"
        )

    def members(self, before: UnionType, after: UnionType) -> Iterator[Row]:
        """Members that are new, gone or renamed as types are told there, not here."""
        whole = self.whole(before, after)
        for tag, member in after.members.items():
            was = before.members.get(tag)
            changes: list[Change] = []
            if was is None and self.joined(member, before):
                changes.append(whole.change("member-added", items=[tag]))
            left = None if was is None else Cell(tag, was)
            yield Row(left, Cell(tag, member), tuple(changes))
        for tag, member in before.members.items():
            if tag not in after.members:
                changes = []
                if self.left(member, before, after):
                    changes.append(whole.change("member-removed", items=[tag]))
                yield Row(Cell(tag, member), None, tuple(changes))

    def joined(self, member: str, union: UnionType) -> bool:
        """Whether a member was there before, and not in this union."""
        partners = self.pairs.of_new(member)
        return bool(partners) and not set(partners) & set(union.members.values())

    def left(self, member: str, before: UnionType, after: UnionType) -> bool:
        """Whether a member is still there, still in other unions, and no longer in this one."""
        partners = self.pairs.of_old(member)
        if not partners or set(partners) & set(after.members.values()):
            return False
        elsewhere = {union for union, _ in self.homes_before[member]} - {before.name}
        return bool(elsewhere)

    def choice(self, before: AliasType, after: AliasType) -> Row:
        whole = self.whole(before, after)
        changes = tuple(self.retyped(whole, before.type, after.type))
        return Row(Cell("", spelled(before.type)), Cell("", spelled(after.type)), changes)

    # --- fields ----------------------------------------------------------------------------------

    def fields(self, before: ObjectType, after: ObjectType) -> Iterator[Row]:
        aliases = self.new.revision.aliases
        audience, audience_now = self.audience_before(before), self.audience_now(after)
        for was, now in paired_fields(before, after, self.pairs, aliases):
            if was is not None and now is not None:
                names = (was.wire, now.wire)
                thing = Thing(before.name, after.name, audience.of(was), *names)
                # What a flag divides is the owner's audience, not that of the field.
                whole = Thing(before.name, after.name, audience, *names)
                changes = (*self.field(thing, was, now), *flags(whole, was, now))
                yield Row(field_cell(was), field_cell(now), changes)
            elif was is not None:
                thing = Thing(before.name, after.name, audience.of(was), was.wire)
                change = thing.change("field-removed", before=described(was))
                yield Row(field_cell(was), None, (change,))
            elif now is not None:
                kind = "field-added"
                if is_required(now) and audience.sent:
                    kind = "required-field-added"
                thing = Thing(before.name, after.name, audience_now.of(now), "", now.wire)
                yield Row(None, field_cell(now), (thing.change(kind, after=described(now)),))

    def field(self, thing: Thing, was: Field, now: Field) -> Iterator[Change]:
        if was.wire != now.wire:
            yield thing.change("field-renamed", described(was), described(now))
        if not inherits(was.type, now.type, self.pairs):
            yield from self.retyped(thing, was.type, now.type)
        if was.format != now.format:
            yield thing.change("format-changed", was.format or "any", now.format or "any")
        required = is_required(was), is_required(now)
        yield from thing.marked(*required, "now-required", "now-optional")
        yield from thing.marked(was.deprecated, now.deprecated, "deprecated", "undeprecated")

    def retyped(self, thing: Thing, was: Type, now: Type) -> Iterator[Change]:
        if same(self.old.pairs, was, now):
            return
        before, after = listed(self.old.revision, was), listed(self.new.revision, now)
        if before is not None and after is not None and depth(was) == depth(now):
            yield from thing.values(before, after)
            return
        impact = of_retyping(self.old, was, self.new, now, thing.audience)
        yield thing.change("retyped", spelled(was), spelled(now), impact=impact)


def flags(thing: Thing, was: Field, now: Field) -> Iterator[Change]:
    """Which way a field goes; where the whole type goes one way, that says nothing."""
    if not (thing.audience.read and thing.audience.sent):
        return
    yield from thing.marked(was.read_only, now.read_only, "read-only", "not-read-only")
    yield from thing.marked(was.write_only, now.write_only, "write-only", "not-write-only")


def is_required(field: Field) -> bool:
    """As declared: what the wire leaves out all the same is for the deviations to say."""
    return field.presence != "optional"


def listed(revision: Revision, type_: Type) -> Values | None:
    """The values of a type that is a list of them, or an array of such."""
    while isinstance(type_, ListOf):
        type_ = type_.item
    return values_of(revision, type_)


def depth(type_: Type) -> int:
    return 1 + depth(type_.item) if isinstance(type_, ListOf) else 0


# --- what is shown -------------------------------------------------------------------------------


def entry(
    before: Definition | None, after: Definition | None, changes: Sequence[Change], rows: list[Row]
) -> Entry:
    shown = after or before
    assert shown is not None
    return Entry(
        family=shown.family,
        form=FORMS[type(shown)],
        old=before.name if before is not None else "",
        new=after.name if after is not None else "",
        description=shown.description,
        changes=tuple(changes),
        rows=tuple(rows),
    )


def homes_text(homes: Homes) -> str:
    return ", ".join(f"{union}: {tag}" for union, tag in homes)


def described(field: Field) -> str:
    return ", ".join((spelled(field.type), *marks_of(field)))


def field_cell(field: Field) -> Cell:
    return Cell(field.wire, spelled(field.type), marks_of(field))


def marks_of(field: Field) -> tuple[str, ...]:
    marks = {
        "required": is_required(field),
        "read-only": field.read_only,
        "write-only": field.write_only,
        "deprecated": field.deprecated,
    }
    return tuple(mark for mark, is_set in marks.items() if is_set)


def tag_cell(definition: ObjectType) -> Cell | None:
    if definition.tag is None:
        return None
    values = " | ".join(f'"{value}"' for value in definition.tag.values)
    return Cell(definition.tag.wire, values, ("tag",))


def tag_rows(before: ObjectType, after: ObjectType) -> list[Row]:
    """How unions know it; what changed in that is told of the whole."""
    cells = tag_cell(before), tag_cell(after)
    return [] if cells == (None, None) else [Row(*cells)]


def value_rows(before: EnumType, after: EnumType, changes: Sequence[Change]) -> list[Row]:
    order = dict.fromkeys((*after.values, *before.values))
    return [
        Row(
            Cell(value) if value in before.values else None,
            Cell(value) if value in after.values else None,
            tuple(change for change in changes if value in change.items),
        )
        for value in order
    ]


def cells(definition: Definition) -> list[Cell]:
    """A definition line by line."""
    if isinstance(definition, ObjectType):
        tag = tag_cell(definition)
        return [*([tag] if tag else []), *map(field_cell, fields_of(definition))]
    if isinstance(definition, EnumType):
        return [Cell(value) for value in definition.values]
    if isinstance(definition, UnionType):
        return [Cell(tag, member) for tag, member in definition.members.items()]
    return [Cell("", spelled(definition.type))]
