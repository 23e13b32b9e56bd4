"""What is the same as in the base revision keeps its order, its words and its rules.

New members, values and arms follow in the document's order; they are told by having no
description. A document that we exported has all of this itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, evolve, field

from .inventory import Inventory
from .nodes import (
    FLAGS,
    Array,
    Choice,
    Enum,
    Map,
    Node,
    Object,
    Reference,
    Scalar,
    annotated,
    shape_of,
)
from .types import Types

REPAIRED = "as a deviation says that it was repaired"
TEXT_INTEGERS = frozenset({"int64", "uint64"})


@define
class Arranger:
    types: Types
    base: Inventory | None
    recognised: set[str]
    own_order: bool
    """The document's order is ours."""
    tags: dict[str, set[str]] = field(factory=dict[str, set[str]])
    """The tags that unions know each of their members by."""

    def arrange(self) -> None:
        for node in self.types.nodes.values():
            if isinstance(node, Choice) and node.tag is not None:
                for member in node.mapping.values():
                    self.tags.setdefault(member, set()).add(node.tag)
        for name, node in list(self.types.nodes.items()):
            self.types.nodes[name] = self.arranged_type(name, node)

    def arranged_type(self, name: str, node: Node) -> Node:
        base = self.base_type(name)
        node = self.arranged(node, base)
        if isinstance(node, Object):
            node = self.with_fields(name, node, base)
        elif isinstance(node, Choice) and node.tag is None:
            node = self.with_rules(node, base, self.types.nodes[name])
        if base is not None and type(base) is not type(node):
            note = f"the base revision has another kind of type: {type(base).__name__.lower()}"
            self.types.report.note("settled", name, note)
            base = None
        return self.described(name, node, base)

    def base_type(self, name: str) -> Node | None:
        """What the base revision has under the name."""
        if self.base is None or name not in self.recognised:
            return None
        return self.base.nodes.get(name)

    # --- words ---------------------------------------------------------------------------------

    def described(self, subject: str, node: Node, base: Node | None) -> Node:
        """With the description that the base has for the same, or an empty one."""
        if node.about.get("description"):
            return node
        kept = "" if base is None else base.about.get("description", "")
        if not kept:
            self.types.report.note("undescribed", subject, "" if base is None else "none before")
        elif base is not None and shape_of(node) != shape_of(base) and "." in subject:
            note = "the description, though its type is another"
            self.types.report.note("kept", subject, note)
        return annotated(node, {"description": kept})

    # --- objects -------------------------------------------------------------------------------

    def with_fields(self, name: str, node: Object, base: Node | None) -> Object:
        fields = base.properties if isinstance(base, Object) else {}
        for wire in node.required:
            if wire not in node.properties:
                self.types.report.note("loosened", node.place, f"{wire!r}: required, no property")
        properties = {
            wire: self.arranged_field(f"{name}.{wire}", part, fields.get(wire))
            for wire, part in node.properties.items()
        }
        required = [wire for wire in node.required if wire in properties]
        for wire in self.repaired(name):
            if isinstance(base, Object) and wire in properties and wire in fields:
                properties[wire] = self.repair(f"{name}.{wire}", properties[wire], fields[wire])
                if wire in base.required and wire not in required:
                    self.types.report.note("kept", f"{name}.{wire}", f"required, {REPAIRED}")
                    required.append(wire)
        tags = [wire for wire in properties if wire in self.tags.get(name, ())]
        order = self.order(properties, fields or tags)
        return evolve(node, properties={w: properties[w] for w in order}, required=required)

    def arranged_field(self, subject: str, node: Node, base: Node | None) -> Node:
        whole = node
        node = self.arranged(node, base)
        node = self.with_inner_rules(node, base, whole)
        secret = base is not None and base.about.get("x-secret", False)
        if secret and not node.about.get("x-secret"):
            self.types.report.note("kept", subject, "x-secret")
            node = annotated(node, {"x-secret": True})
        return self.described(subject, node, base)

    def repaired(self, name: str) -> Iterable[str]:
        """Fields whose flags the spec has right where the published schema has them wrong."""
        if self.base is None:
            return
        for deviation in self.base.source.deviations:
            treatment = deviation["treatment"]
            if treatment["kind"] == "repaired":
                yield from treatment["fields"].get(name, ())

    def repair(self, subject: str, node: Node, base: Node) -> Node:
        flags = {key: base.about[key] for key in FLAGS if key in base.about}
        for flag in [flag for flag in flags if flag not in node.about]:
            self.types.report.note("kept", subject, f"{flag}, {REPAIRED}")
        return annotated(node, flags)

    # --- the inside of fields and unions ---------------------------------------------------------

    def arranged(self, node: Node, base: Node | None) -> Node:
        """In the base's order, as far as the same is there."""
        if isinstance(node, Enum) and isinstance(base, Enum):
            values = self.order(node.values, base.values)
            if base.open and not node.open:
                self.types.report.note("kept", node.place, "x-open")
            return evolve(node, values=values, open=node.open or base.open)
        if isinstance(node, Array) and isinstance(base, Array) and node.item is not None:
            return evolve(node, item=self.arranged(node.item, base.item))
        if isinstance(node, Map) and isinstance(base, Map) and node.value is not None:
            return evolve(node, value=self.arranged(node.value, base.value))
        if isinstance(node, Choice) and isinstance(base, Choice) and not node.rules:
            return self.arranged_choice(node, base)
        if is_text_integer(node) and isinstance(base, Scalar) and base.type == "integer":
            self.types.report.note("kept", node.place, "an integer that travels as a string")
            return evolve(base, place=node.place, about=node.about)
        return node

    def arranged_choice(self, node: Choice, base: Choice) -> Choice:
        places = {shape_of(arm): arm for arm in node.arms}
        order = self.order(places, [shape_of(arm) for arm in base.arms])
        mapping = {tag: node.mapping[tag] for tag in self.order(node.mapping, base.mapping)}
        if node.tag is not None and base.open and not node.open:
            self.types.report.note("kept", node.place, "x-open")
        is_open = node.open or base.open
        return evolve(node, arms=[places[arm] for arm in order], mapping=mapping, open=is_open)

    def order(self, mine: Iterable[str], base: Iterable[str]) -> list[str]:
        """Those that the base has in its order, then the others in theirs."""
        mine = list(dict.fromkeys(mine))
        if self.own_order:
            return mine
        known = [item for item in base if item in mine]
        return [*known, *(item for item in mine if item not in known)]

    # --- which arm to take -----------------------------------------------------------------------

    def with_inner_rules(self, node: Node, base: Node | None, whole: Node) -> Node:
        """The same for every union without a tag that is written inside a field."""
        if isinstance(node, Choice):
            node = node.with_children(lambda arm: self.with_inner_rules(arm, None, arm))
            assert isinstance(node, Choice)
            return self.with_rules(node, base, whole) if node.tag is None else node
        if isinstance(node, Array) and node.item is not None:
            inner = base.item if isinstance(base, Array) else None
            return evolve(node, item=self.with_inner_rules(node.item, inner, node.item))
        if isinstance(node, Map) and node.value is not None:
            inner = base.value if isinstance(base, Map) else None
            return evolve(node, value=self.with_inner_rules(node.value, inner, node.value))
        return node

    def with_rules(self, node: Choice, base: Node | None, whole: Node) -> Choice:
        """With `x-dispatch` where JSON kinds alone do not tell the arms apart."""
        if node.rules or not (rivals := self.rivals(node)):
            return node
        if isinstance(base, Choice) and (rules := self.translated(base, node, rivals)):
            return evolve(node, rules=rules)
        for other in self.base.choices() if self.base is not None else ():
            same = {shape_of(arm) for arm in other.arms} == {shape_of(arm) for arm in node.arms}
            if same and (rules := self.translated(other, node, rivals)):
                note = f"its x-dispatch is that of the same union at {other.place.pointer}"
                self.types.report.note("settled", node.place, note)
                return evolve(node, rules=rules)
        arms = ", ".join(str(index) for index in rivals)
        problem = f"the arms {arms} are of one JSON kind: say in x-dispatch how to tell them apart"
        self.types.report.could_not_place(whole.place, problem)
        return node

    def translated(self, base: Choice, node: Choice, rivals: list[int]) -> list[dict[str, Any]]:
        """The base's rules for these arms; none, if they do not tell apart all that need it."""
        places: Mapping[str, int] = {shape_of(arm): index for index, arm in enumerate(node.arms)}
        rules: list[dict[str, Any]] = []
        for rule in base.rules:
            arm: int = rule["arm"]
            index = places.get(shape_of(base.arms[arm]))
            if index is not None and self.has(node.arms[index], rule.get("has", ())):
                rules.append({**rule, "arm": index})
        covered = {rule["arm"] for rule in rules} >= set(rivals)
        last_is_free = bool(rules) and not rules[-1].keys() - {"arm"}
        return rules if covered and last_is_free else []

    def has(self, arm: Node, wires: Iterable[str]) -> bool:
        """Whether a rule by the keys of an arm still makes sense."""
        node = self.types.nodes[arm.name] if isinstance(arm, Reference) else arm
        return not isinstance(node, Object) or node.properties.keys() >= set(wires)

    def rivals(self, node: Choice) -> list[int]:
        """The arms that share a JSON kind which has to be read."""
        by_kind: dict[str, list[int]] = {"object": [], "array": []}
        for index, arm in enumerate(node.arms):
            for kind in self.kinds(arm):
                by_kind.get(kind, []).append(index)
        anything = any(type(arm) is Node for arm in node.arms)
        rivals = [index for found in by_kind.values() if len(found) > 1 for index in found]
        objects = by_kind["object"]
        if anything and len(objects) == 1 and not self.is_tagged(node.arms[objects[0]]):
            rivals += objects
        return sorted(set(rivals))

    def is_tagged(self, arm: Node) -> bool:
        node = self.types.nodes[arm.name] if isinstance(arm, Reference) else arm
        return isinstance(node, Choice) and node.tag is not None

    def kinds(self, arm: Node) -> set[str]:
        """The JSON kinds that an arm's values have, as far as they matter."""
        node = self.types.nodes[arm.name] if isinstance(arm, Reference) else arm
        if isinstance(node, Choice) and node.tag is None:
            return {kind for inner in node.arms for kind in self.kinds(inner)}
        if isinstance(node, Array):
            return {"array"}
        return {"object"} if isinstance(node, (Choice, Map, Object)) else set()


def is_text_integer(node: Node) -> bool:
    return isinstance(node, Scalar) and node.type == "string" and node.format in TEXT_INTEGERS
