"""The document's types, named by the document or by where they stand, until they get their names.

Objects, enums and unions need a name; what is neither is written in place, as the spec has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import define, evolve, field, frozen

from ..documents import Place
from .nodes import (
    Array,
    Choice,
    Constant,
    Enum,
    Map,
    Node,
    Object,
    Reference,
    annotated,
    everywhere,
    targets,
)
from .report import Report

MOST_COPIES = 100_000
DEEPEST = 100
ERROR_ROOT = "error response"
"""What all operations answer when they fail; the other roots are `operation part`."""


@frozen
class Origin:
    """Where a type without a name of its own stands, from which it gets one."""

    owner: str | None
    """The type around it; its name and the word make one."""
    word: str
    word_first: bool = False


@define
class Types:
    report: Report
    nodes: dict[str, Node]
    """By component name, or by `owner#word` for what was written in place."""
    families: dict[str, str]
    """Those that the document names."""
    package: str = ""
    """What the names of all components begin with; no part of any name."""
    roots: dict[str, Node] = field(factory=dict[str, Node])
    """What operations take and give; see `operations`."""
    origins: dict[str, Origin] = field(factory=dict[str, Origin])
    copies: int = 0

    # --- what needs no name, in place ------------------------------------------------------------

    def dissolve(self, is_alias: Callable[[str], bool]) -> None:
        """Write some types in the place of the references to them."""
        for name in list(self.nodes):
            if not is_alias(name):
                self.nodes[name] = self.written_out(self.nodes[name], is_alias, (), 0)
        self.roots = {
            key: self.written_out(node, is_alias, (), 0) for key, node in self.roots.items()
        }
        self.nodes = {name: node for name, node in self.nodes.items() if not is_alias(name)}

    def written_out(
        self, node: Node, is_alias: Callable[[str], bool], inside: tuple[str, ...], depth: int
    ) -> Node:
        self.copies += 1
        if self.copies > MOST_COPIES or depth > DEEPEST:
            raise node.place.error("too large, once references are written out")
        if isinstance(node, Reference):
            name = self.behind(node.name, node.place)
            if not is_alias(name):
                return evolve(node, name=name)
            if name in inside:
                raise node.place.error(f"{name} contains itself, with no object between")
            alias = self.nodes[name]
            bare = evolve(alias, about={k: v for k, v in alias.about.items() if k != "description"})
            inner = self.written_out(bare, is_alias, (*inside, name), depth + 1)
            return annotated(inner, node.about)
        if isinstance(node, Choice):
            mapping = {tag: self.behind(name, node.place) for tag, name in node.mapping.items()}
            node = evolve(node, mapping=mapping)
        return node.with_children(
            lambda child: self.written_out(child, is_alias, inside, depth + 1)
        )

    def behind(self, name: str, place: Place) -> str:
        """The type that a name stands for, through names that are no more than another one."""
        seen = {name}
        while isinstance(node := self.nodes[name], Reference) and not node.about.keys() - {
            "description"
        }:
            name = node.name
            if name in seen:
                raise place.error(f"{name} leads back to itself")
            seen.add(name)
        return name

    def is_unnamed(self, name: str) -> bool:
        """Whether it is nothing that the spec gives a name."""
        return not isinstance(self.nodes[name], (Choice, Enum, Object))

    # --- what needs a name, set apart ------------------------------------------------------------

    def set_apart(self) -> None:
        """Turn each object, enum, union and constant that is written in place into a type.

        Constants go back in place later, unless the base revision has an enum there.
        """
        self.roots = {
            key: self.apart(node, None, root_word(key)) for key, node in self.roots.items()
        }
        for name, node in list(self.nodes.items()):
            self.nodes[name] = self.inner_apart(node, name, "")

    def apart(self, node: Node, owner: str | None, word: str) -> Node:
        if isinstance(node, Constant):
            node = Enum(place=node.place, about=node.about, values=[node.value])
        if not isinstance(node, (Choice, Enum, Object)):
            return self.inner_apart(node, owner, word)
        name = self.add(owner, word)
        self.nodes[name] = self.inner_apart(evolve(node, about={}), name, "")
        return Reference(place=node.place, about=node.about, name=name)

    def inner_apart(self, node: Node, owner: str | None, word: str) -> Node:
        if isinstance(node, Object):
            parts = {w: self.apart(part, owner, pascal(w)) for w, part in node.properties.items()}
            return evolve(node, properties=parts)
        if isinstance(node, Choice):
            return node.with_children(lambda arm: self.apart(arm, owner, word))
        return node.with_children(lambda child: self.apart(child, owner, word or "Item"))

    def word_of(self, key: str) -> str:
        """The name of a component as the name of a type."""
        return pascal(key.removeprefix(self.package))

    def add(self, owner: str | None, word: str, word_first: bool = False) -> str:
        """A new type's key; its node follows."""
        key = name = f"{owner or ''}#{word}"
        number = 1
        while key in self.origins:
            number += 1
            key = f"{name}#{number}"
        self.origins[key] = Origin(owner, word, word_first)
        return key

    # --- which there are -------------------------------------------------------------------------

    def reached(self, more: Iterable[str] = ()) -> list[str]:
        """The types that operations reach, in the order in which they do, level by level."""
        pending = [name for node in self.roots.values() for name in targets(node)] + [
            name for name in more if name in self.nodes
        ]
        found: dict[str, None] = {}
        while pending:
            name = pending.pop(0)
            if name not in found:
                found[name] = None
                pending += targets(self.nodes[name])
        return list(found)

    def keep(self, names: Iterable[str]) -> None:
        self.nodes = {name: self.nodes[name] for name in names}


def nested_targets(node: Node) -> Iterator[str]:
    """The types that stand inside an arm of a union: in its arrays and maps."""
    for part in everywhere(node):
        if isinstance(part, Choice):
            for arm in part.arms:
                if isinstance(arm, (Array, Map)):
                    yield from targets(arm)


def package_of(names: Iterable[str]) -> str:
    """`google.ai.v1.`, if all names begin with it."""
    package = ""
    for parts in zip(*(name.split(".")[:-1] for name in names), strict=False):
        if len(set(parts)) > 1:
            break
        package += f"{parts[0]}."
    return package


def pascal(word: str) -> str:
    """`mime_type`, `mimeType`, `mime-type` → `MimeType`."""
    parts = "".join(c if c.isascii() and c.isalnum() else " " for c in word).split()
    return "".join(part[0].upper() + part[1:] for part in parts)


def root_word(key: str) -> str:
    """`interactions.create body` → `CreateInteractionsBody`."""
    operation, _, part = key.rpartition(" ")
    return "".join(pascal(word) for word in reversed(operation.split("."))) + pascal(part)
