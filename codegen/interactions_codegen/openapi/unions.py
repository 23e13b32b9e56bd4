"""Unions: members and their tags, unions inside unions, and enums that are written as unions."""

from __future__ import annotations

from attrs import define, evolve, field

from .nodes import (
    Choice,
    Constant,
    Enum,
    Map,
    Node,
    Object,
    Reference,
    Scalar,
    annotated,
    shape_of,
)
from .types import DEEPEST, Types, pascal


def settle_unions(types: Types) -> None:
    settler = Settler(types)
    for name in list(types.nodes):
        settler.settle(name)


@define
class Settler:
    types: Types
    seen: set[str] = field(factory=set[str])
    under_way: list[str] = field(factory=list[str])

    def settle(self, name: str) -> None:
        node = self.types.nodes[name]
        if name in self.seen or not isinstance(node, Choice):
            return
        self.seen.add(name)
        self.under_way.append(name)
        if node.tag is None and not node.rules:
            arms = enums_joined(self.types, self.spliced(node))
            node = evolve(node, arms=arms)
            if len(arms) == 1:
                self.types.nodes[name] = annotated(self.own_arm(arms[0]), node.about)
            else:
                self.types.nodes[name] = self.grouped(name, node)
        elif node.tag is not None:
            self.types.nodes[name] = self.tagged(name, evolve(node, arms=self.spliced(node)))
        else:
            for arm in node.arms:
                self.inner(arm)
        self.under_way.pop()

    def spliced(self, node: Choice) -> list[Node]:
        """The arms, with those of a union in place of the union where that says the same."""
        arms: list[Node] = []
        for arm in node.arms:
            inner = self.inner(arm)
            if isinstance(inner, Choice) and self.says_the_same(node, arm, inner):
                arms += inner.arms
                for tag, name in inner.mapping.items():
                    node.mapping.setdefault(tag, name)
            elif inner is not None and not isinstance(inner, (Choice, Enum, Object)):
                arms.append(annotated(inner, arm.about))
            else:
                arms.append(arm)
        return [arm for i, arm in enumerate(arms) if shape_of(arm) not in map(shape_of, arms[:i])]

    def own_arm(self, arm: Node) -> Node:
        """The one arm that is left; if it was written in the union, the union is that type."""
        if isinstance(arm, Reference) and arm.name in self.types.origins:
            return self.types.nodes[arm.name]
        return arm

    def inner(self, arm: Node) -> Node | None:
        """The settled type that an arm refers to."""
        if not isinstance(arm, Reference):
            return None
        if len(self.under_way) > DEEPEST:
            raise arm.place.error("unions inside unions, too deeply")
        if arm.name in self.under_way:
            raise arm.place.error("the union contains itself, with no object between")
        self.settle(arm.name)
        return self.types.nodes[arm.name]

    def says_the_same(self, node: Choice, arm: Node, inner: Choice) -> bool:
        if node.tag is not None:
            return inner.tag == node.tag
        written_in_place = isinstance(arm, Reference) and arm.name in self.types.origins
        return written_in_place and inner.tag is None and not inner.rules

    # --- tags ------------------------------------------------------------------------------------

    def grouped(self, name: str, node: Choice) -> Choice:
        """A union without a discriminator whose objects a constant tells apart all the same."""
        objects = [arm for arm in node.arms if isinstance(self.object_at(arm), Object)]
        tag = self.common_tag(objects) if len(objects) > 1 else None
        if tag is None:
            return node
        others = [arm for arm in node.arms if arm not in objects]
        note = f"told apart by {tag!r}, a constant of every member"
        self.types.report.note("settled", node.place, note)
        if all(isinstance(arm, Map) and arm.value is None for arm in others):
            return self.tagged(name, evolve(node, tag=tag))
        group = self.types.add(name, "Object")
        union = Choice(place=node.place, arms=objects, tag=tag, open=node.open)
        self.types.nodes[group] = self.tagged(group, union)
        self.seen.add(group)
        reference = Reference(place=node.place, name=group)
        first = node.arms.index(objects[0])
        arms = [arm for arm in node.arms[:first] if arm in others]
        rest = [arm for arm in node.arms[first:] if arm in others]
        return evolve(node, arms=[*arms, reference, *rest])

    def object_at(self, arm: Node) -> Object | None:
        node = self.types.nodes[arm.name] if isinstance(arm, Reference) else None
        return node if isinstance(node, Object) else None

    def common_tag(self, objects: list[Node]) -> str | None:
        """A property that is a constant of every object, and nowhere the same one."""
        members = [member for arm in objects if (member := self.object_at(arm)) is not None]
        for wire in sorted(members[0].properties, key=lambda wire: (wire != "type", wire)):
            found = [self.constants(member, wire) for member in members]
            values = [value for constants in found for value in constants]
            if all(found) and len(set(values)) == len(values):
                return wire
        return None

    def constants(self, member: Object, wire: str, *, opened: bool = False) -> list[str]:
        """The values that a property of a member may have, if these are known."""
        node = member.properties.get(wire)
        if isinstance(node, Reference):
            node = self.types.nodes[node.name]
        if isinstance(node, Constant):
            return [node.value]
        return node.values if isinstance(node, Enum) and (opened or not node.open) else []

    def tagged(self, name: str, node: Choice) -> Choice:
        """A union with a tag: each member says its own, and has to."""
        assert node.tag is not None
        report, mapping = self.types.report, dict[str, str]()
        arms = [self.without_place(name, node, arm) for arm in node.arms]
        for arm in arms:
            member = self.object_at(arm)
            if member is None:
                if not isinstance(arm, Map) or arm.value is not None:
                    report.could_not_place(arm.place, "a union with a discriminator is of objects")
                continue
            assert isinstance(arm, Reference)
            for tag in self.tags(node, arm, member):
                if mapping.setdefault(tag, arm.name) != arm.name:
                    problem = f"{mapping[tag]} and {arm.name} both have the tag {tag!r}"
                    report.could_not_place(arm.place, problem)
        members = {arm.name for arm in arms if isinstance(arm, Reference)}
        for tag, member_name in node.mapping.items():
            if member_name not in members:
                problem = f"the mapping leads {tag!r} to {member_name}, which is no member"
                report.could_not_place(node.place.below("discriminator"), problem)
        return evolve(node, arms=arms, mapping=mapping)

    def without_place(self, name: str, node: Choice, arm: Node) -> Node:
        """A member that was written in place is named by its tag, and after the union."""
        member = self.object_at(arm)
        if member is None or not isinstance(arm, Reference) or arm.name not in self.types.origins:
            return evolve(arm, about={})
        assert node.tag is not None
        values = self.constants(member, node.tag, opened=True)
        origin = self.types.origins[arm.name]
        if values and not origin.word_first:
            self.types.origins[arm.name] = evolve(
                origin, owner=name, word=pascal(values[0]), word_first=True
            )
        return evolve(arm, about={})

    def tags(self, node: Choice, arm: Reference, member: Object) -> list[str]:
        """The tags of a member, which it says itself from here on."""
        assert node.tag is not None
        report, wire = self.types.report, node.tag
        label = member.place if arm.name in self.types.origins else arm.name
        own = self.constants(member, wire, opened=True)
        mapped = [tag for tag, name in node.mapping.items() if name == arm.name]
        if own and not set(own) >= set(mapped):
            problem = f"{arm.name} says {', '.join(own)}, the mapping {', '.join(mapped)}"
            report.could_not_place(node.place.below("discriminator", "mapping"), problem)
        values = mapped or own
        if not values:
            values = [arm.name]
            report.note("settled", label, f"its tag {wire!r} is its name, as nothing else says")
        elif set(own) != set(values):
            report.note("settled", label, f"its tag {wire!r} is what the mapping says")
        if wire not in member.required:
            report.note("settled", label, f"its tag {wire!r} is required here")
        before = member.properties
        tag = tag_node(before.get(wire, Node(place=member.place)), values)
        properties = {**before, wire: tag} if wire in before else {wire: tag, **before}
        required = list(dict.fromkeys([*member.required, wire]))
        self.types.nodes[arm.name] = evolve(member, properties=properties, required=required)
        return values


def tag_node(before: Node, values: list[str]) -> Node:
    if len(values) == 1:
        return Constant(place=before.place, about=before.about, value=values[0])
    return Enum(place=before.place, about=before.about, values=values)


def enums_joined(types: Types, arms: list[Node]) -> list[Node]:
    """Constants of one union are an enum; beside any string they are an open one."""
    texts = [arm for arm in arms if isinstance(arm, Scalar) and is_plain_text(arm)]
    enums: dict[str, Enum] = {}
    for arm in arms:
        node = types.nodes[arm.name] if isinstance(arm, Reference) else None
        if isinstance(arm, Reference) and isinstance(node, Enum):
            enums[arm.name] = node
    named = [name for name in enums if name not in types.origins]
    one_that_opens = len(enums) == len(named) == 1 and bool(texts)
    one_of_all = bool(enums) and not named and len(enums) + len(texts) > 1
    if not one_that_opens and not one_of_all:
        return arms
    first, *others = enums
    values = [value for enum in enums.values() for value in enum.values]
    is_open = bool(texts) or any(enum.open for enum in enums.values())
    types.nodes[first] = evolve(enums[first], values=list(dict.fromkeys(values)), open=is_open)
    if texts:
        note = "an open enum: these values, or any string"
        types.report.note("settled", enums[first].place, note)
    left = [arm for arm in arms if arm not in texts]
    return [arm for arm in left if not isinstance(arm, Reference) or arm.name not in others]


def is_plain_text(node: Scalar) -> bool:
    return node.type == "string" and node.format is None and node.encoding is None
