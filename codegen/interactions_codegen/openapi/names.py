"""A public name for every type: the base revision's, the document's, or one made by rule.

By rule a type is called after the type and field it stands in (`Interaction` and `status` make
`InteractionStatus`), a member of a union after its tag and the union (`text` and `Delta` make
`TextDelta`). Types of the same shape under the same field are one, called after the first.
"""

from __future__ import annotations

from attrs import define, field

from .. import naming
from .nodes import Choice, Constant, Enum, renamed, shape_of
from .recognising import Recognition
from .types import Types, nested_targets


def write_in_place(types: Types, recognition: Recognition | None) -> None:
    """Constants and unions without a tag need no name, unless the base has one for them."""
    has_name = set[str]()
    base_in_place = set[str]()
    if recognition is not None:
        has_name = {*recognition.names, *recognition.wanted}
        base_in_place = recognition.in_place
    nested = {name for node in types.nodes.values() for name in nested_targets(node)}
    chosen: set[str] = set()
    for key, node in types.nodes.items():
        if key in has_name or (key not in types.origins and key not in base_in_place):
            continue
        if isinstance(node, Enum) and len(node.values) == 1 and not node.open:
            types.nodes[key] = Constant(place=node.place, value=node.values[0])
        elif isinstance(node, Choice) and node.tag is None and key not in nested:
            chosen.add(key)
    types.dissolve(lambda key: key in chosen or types.is_unnamed(key))


def give_names(types: Types, recognition: Recognition | None) -> set[str]:
    """Let all types go by their public names; which of them are the base revision's."""
    known = {} if recognition is None else recognition.names
    recognised = {key: name for key, name in known.items() if key in types.nodes}
    namer = Namer(types, recognition, recognised)
    namer.merge()
    for key in types.nodes:
        namer.name_of(namer.same_as[key])
    merged = [key for key in types.nodes if namer.same_as[key] == key]
    types.nodes = {namer.name_of(key): renamed(types.nodes[key], namer.name_of) for key in merged}
    types.roots = {key: renamed(node, namer.name_of) for key, node in types.roots.items()}
    types.families = {
        namer.name_of(key): family for key, family in types.families.items() if key in namer.same_as
    }
    return set(recognised.values())


@define
class Namer:
    types: Types
    recognition: Recognition | None
    recognised: dict[str, str]
    same_as: dict[str, str] = field(factory=dict[str, str])
    """Every type's key → that of the type it is one with, mostly its own."""
    names: dict[str, str] = field(factory=dict[str, str])
    taken: set[str] = field(factory=set[str])
    held: frozenset[str] = field(init=False)
    """The names that recognised types have, or will."""

    def __attrs_post_init__(self) -> None:
        self.held = frozenset(self.recognised.values())

    # --- what is one type ------------------------------------------------------------------------

    def merge(self) -> None:
        """Until nothing changes, as types that are one make others look the same."""
        self.same_as = {key: key for key in self.types.nodes}
        while self.merge_once():
            pass

    def merge_once(self) -> bool:
        changed = False
        firsts: dict[tuple[str, str], str] = {}
        shapes = {key: self.shape(key) for key, same in self.same_as.items() if key == same}
        for key, shape in shapes.items():
            same = self.holder_of(key)
            if same is None or shapes.get(same) != shape:
                if key not in self.types.origins or key in self.recognised:
                    continue
                same = firsts.setdefault((self.types.origins[key].word, shape), key)
            if same != key:
                self.same_as[key] = same
                changed = True
        for key in self.same_as:
            self.same_as[key] = self.root_of(key)
        return changed

    def root_of(self, key: str) -> str:
        while self.same_as[key] != key:
            key = self.same_as[key]
        return key

    def holder_of(self, key: str) -> str | None:
        """The type that is recognised as what stands in this one's place."""
        if self.recognition is None or key not in self.recognition.wanted:
            return None
        return self.recognition.holders.get(self.recognition.wanted[key])

    def shape(self, key: str) -> str:
        node = renamed(self.types.nodes[key], lambda name: self.same_as.get(name, name))
        return shape_of(node, flags=True)

    # --- what it is called -----------------------------------------------------------------------

    def name_of(self, key: str) -> str:
        key = self.same_as[key]
        if key not in self.names:
            if key in self.recognised:
                wanted = self.recognised[key]
            elif key in self.types.origins:
                wanted = self.made_name(key)
            else:
                wanted = self.types.word_of(key)
            self.names[key] = self.free_name(key, wanted)
            self.explain(key, self.names[key])
        return self.names[key]

    def made_name(self, key: str) -> str:
        origin = self.types.origins[key]
        owner = "" if origin.owner is None else self.owner_name(origin.owner)
        return origin.word + owner if origin.word_first else owner + origin.word

    def owner_name(self, key: str) -> str:
        """Also that of an owner which is written in place itself."""
        if key in self.same_as:
            return self.name_of(key)
        return self.made_name(key) if key in self.types.origins else self.types.word_of(key)

    def free_name(self, key: str, wanted: str) -> str:
        if not naming.TYPE_NAME.fullmatch(wanted):
            self.types.report.could_not_place(
                self.types.nodes[key].place, f"{wanted!r} cannot name a type"
            )
        reserved = naming.snake_case(wanted) in naming.RESERVED_FUNCTIONS
        if wanted in naming.RESERVED_TYPE_NAMES or reserved:
            wanted += "Type"
        held = self.held if key not in self.recognised else ()
        name, number = wanted, 1
        while name in self.taken or name in held:
            number += 1
            name = f"{wanted}{number}"
        self.taken.add(name)
        return name

    def explain(self, key: str, name: str) -> None:
        report, node = self.types.report, self.types.nodes[key]
        if key in self.types.origins:
            called = node.place.pointer
        elif key != name:
            called = key
        else:
            return
        if key in self.recognised and self.recognition is not None:
            why = f"the base revision's, by {self.recognition.reasons[key]}"
        elif self.recognition is not None and key in self.recognition.wanted:
            why = f"no longer the same as {self.recognition.wanted[key]}"
        else:
            why = "made from where it stands" if key in self.types.origins else "made from the name"
        report.note("named", name, f"{called}: {why}")
