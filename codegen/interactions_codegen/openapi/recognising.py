"""Which of the document's types are those of the base revision, whatever the document calls them.

A type is recognised by its name; by its tag in a union that is recognised; or by where it stands
(what an operation takes or gives, a field, an arm), if at least half of it is the same there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from attrs import define, field

from .inventory import Inventory
from .nodes import Array, Choice, Constant, Enum, Map, Node, Object, Reference, Scalar
from .types import Types

ENOUGH = 0.5


def recognise(types: Types, base: Inventory) -> Recognition:
    found = Recognition(types, base)
    found.by_name()
    found.by_place()
    found.by_name(also_with_another_tag=True)
    found.compare_all()
    return found


@define
class Recognition:
    types: Types
    base: Inventory
    names: dict[str, str] = field(factory=dict[str, str])
    """A type's key → its name in the base revision."""
    holders: dict[str, str] = field(factory=dict[str, str])
    """The other way round."""
    wanted: dict[str, str] = field(factory=dict[str, str])
    """Types that stand where the base has a type which another one was recognised as."""
    reasons: dict[str, str] = field(factory=dict[str, str])
    in_place: set[str] = field(factory=set[str])
    """Types that the base writes in place."""
    queue: deque[tuple[Node, Node, str]] = field(factory=deque[tuple[Node, Node, str]])

    def by_name(self, *, also_with_another_tag: bool = False) -> None:
        for key in self.types.nodes:
            name = self.types.word_of(key)
            if key in self.types.origins or key in self.names or name in self.holders:
                continue
            base = self.base.nodes.get(name)
            if base and (also_with_another_tag or not other_tag(self.content(key), base)):
                self.take(key, name, "the same name")
                self.enqueue_parts(self.content(key), base, name)

    def by_place(self) -> None:
        for root, node in self.types.roots.items():
            if root in self.base.roots:
                self.queue.append((node, self.base.roots[root], root))
        self.compare_all()

    def compare_all(self) -> None:
        while self.queue:
            self.compare(*self.queue.popleft())

    def content(self, key: str) -> Node:
        return self.types.nodes[key]

    def take(self, key: str, name: str, reason: str) -> None:
        self.names[key], self.holders[name], self.reasons[key] = name, key, reason
        self.wanted.pop(key, None)

    def compare(self, node: Node, base: Node, where: str) -> None:
        """What stands at one place, in the document and in the base."""
        if isinstance(node, Reference) and isinstance(base, Reference):
            self.compare_types(node.name, base.name, where)
        elif isinstance(node, Reference) and node.name not in self.names:
            self.compare_in_place(node.name, base, where)
        else:
            self.enqueue_parts(node, base, where)

    def compare_types(self, key: str, name: str, where: str) -> None:
        if key in self.names or not self.alike(self.content(key), self.base.nodes[name], where):
            return
        if name in self.holders:
            self.wanted.setdefault(key, name)
            return
        self.take(key, name, where)
        self.enqueue_parts(self.content(key), self.base.nodes[name], name)

    def compare_in_place(self, key: str, base: Node, where: str) -> None:
        node = self.content(key)
        same = isinstance(base, Choice) and isinstance(node, Choice) and node.tag is None
        fixed = isinstance(base, Constant) and isinstance(node, Enum) and len(node.values) == 1
        if same or fixed:
            self.in_place.add(key)
            self.enqueue_parts(node, base, where)

    def enqueue_parts(self, node: Node, base: Node, where: str) -> None:
        """What stands inside, at the same places of both."""
        if isinstance(node, Object) and isinstance(base, Object):
            for wire, part in node.properties.items():
                if wire in base.properties:
                    there = f"field {where}.{wire}"
                    self.queue.append((part, base.properties[wire], there))
        elif isinstance(node, Array) and isinstance(base, Array):
            if node.item is not None and base.item is not None:
                self.queue.append((node.item, base.item, where))
        elif isinstance(node, Map) and isinstance(base, Map):
            if node.value is not None and base.value is not None:
                self.queue.append((node.value, base.value, where))
        elif isinstance(node, Choice) and isinstance(base, Choice):
            self.enqueue_arms(node, base, where)

    def enqueue_arms(self, node: Choice, base: Choice, where: str) -> None:
        if node.tag is not None and base.tag is not None:
            for tag, key in node.mapping.items():
                if tag in base.mapping:
                    member = Reference(place=node.place, name=key)
                    other = Reference(place=base.place, name=base.mapping[tag])
                    self.queue.append((member, other, f"tag {tag!r} of {where}"))
            return
        pairs = [
            (-self.likeness(arm, other), i, k)
            for i, arm in enumerate(node.arms)
            for k, other in enumerate(base.arms)
        ]
        paired: set[tuple[str, int]] = set()
        for likeness, i, k in sorted(pairs):
            if -likeness >= ENOUGH and not paired & {("", i), ("base", k)}:
                paired |= {("", i), ("base", k)}
                self.queue.append((node.arms[i], base.arms[k], f"arm of {where}"))

    # --- how much is the same --------------------------------------------------------------------

    def alike(self, node: Node, base: Node, where: str) -> bool:
        if where.startswith("tag "):
            return isinstance(node, Object) and isinstance(base, Object)
        return self.likeness(node, base) >= ENOUGH

    def likeness(self, node: Node, base: Node) -> float:
        """From 0 to 1, by what is inside; of types that are recognised, by name."""
        if isinstance(node, Reference) and isinstance(base, Reference):
            if node.name in self.names:
                return float(self.names[node.name] == base.name)
            if base.name in self.holders and node.name not in self.types.origins:
                return 0.0
            return self.likeness(self.content(node.name), self.base.nodes[base.name])
        if type(node) is not type(base):
            return 0.0
        if isinstance(node, Array) and isinstance(base, Array):
            if node.item is None or base.item is None:
                return float(node.item is base.item)
            return self.likeness(node.item, base.item)
        if isinstance(node, Object) and isinstance(base, Object):
            return 0.0 if other_tag(node, base) else overlap(node.properties, base.properties)
        if isinstance(node, Enum) and isinstance(base, Enum):
            return overlap(node.values, base.values)
        if isinstance(node, Choice) and isinstance(base, Choice):
            return self.choice_likeness(node, base)
        if isinstance(node, Scalar) and isinstance(base, Scalar):
            return float(node.type == base.type)
        return 1.0

    def choice_likeness(self, node: Choice, base: Choice) -> float:
        if (node.tag is None) != (base.tag is None):
            return 0.0
        if node.tag is not None:
            return overlap(node.mapping, base.mapping) if node.tag == base.tag else 0.0
        return overlap(
            {form_at(arm, self.types.nodes) for arm in node.arms},
            {form_at(arm, self.base.nodes) for arm in base.arms},
        )


def form_at(arm: Node, nodes: Mapping[str, Node]) -> str:
    """The form of what an arm holds, roughly."""
    if isinstance(arm, Reference):
        return type(nodes[arm.name]).__name__
    return arm.type if isinstance(arm, Scalar) else type(arm).__name__


def overlap(some: Iterable[str], others: Iterable[str]) -> float:
    one, other = set(some), set(others)
    least = min(len(one), len(other))
    return len(one & other) / least if least else float(one == other)


def other_tag(node: Node, base: Node) -> bool:
    """Both are objects with the same constant property, and it has another value."""
    if not isinstance(node, Object) or not isinstance(base, Object):
        return False
    for wire, part in node.properties.items():
        other = base.properties.get(wire)
        if isinstance(part, Constant) and isinstance(other, Constant) and part.value != other.value:
            return True
    return False
