"""A family for every type. The first of these rules that leads to no circle of families decides:

1. the document names it (`x-family`);
2. the base revision has it;
3. a member of a union goes where most of the union's other members are, else where the union is;
4. a union goes where most of its members are;
5. any other type goes where the types that use it are; of several families, to the first;
6. what an operation alone takes or gives goes where most of what operations take and give is.

A type that no rule places is reported, and the import refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from attrs import define, field

from .nodes import Choice, targets
from .types import ERROR_ROOT, Types


@define
class Placer:
    types: Types
    base: Mapping[str, str]
    """Family of each type of the base that was recognised."""
    families: list[str]
    """In order: the base's, or those that the document lists."""
    placed: dict[str, str] = field(factory=dict[str, str])

    def place(self) -> dict[str, str]:
        for name in self.types.nodes:
            if name in self.types.families:
                self.placed[name] = self.types.families[name]
                if self.base and name not in self.base:
                    note = f"{self.placed[name]}: the document says so"
                    self.types.report.note("placed", name, note)
            elif name in self.base:
                self.placed[name] = self.base[name]
        waiting = [name for name in self.types.nodes if name not in self.placed]
        while waiting:
            left = [name for name in waiting if not self.place_one(name)]
            if len(left) == len(waiting):
                for name in left:
                    problem = f"no rule says which family {name} belongs to: name it in x-family"
                    self.types.report.could_not_place(self.types.nodes[name].place, problem)
                break
            waiting = left
        return {name: self.placed[name] for name in self.types.nodes if name in self.placed}

    def place_one(self, name: str) -> bool:
        for family, rule in self.candidates(name):
            # A circle that is there already is no reason against a family: the checks refuse it.
            if self.is_circular(self.placed) or not self.is_circular({**self.placed, name: family}):
                self.placed[name] = family
                self.types.report.note("placed", name, f"{family}: {rule}")
                return True
        return False

    def candidates(self, name: str) -> Iterator[tuple[str, str]]:
        node = self.types.nodes[name]
        for union in self.unions_of(name):
            siblings = set(self.members(union)) - {name}
            if family := self.commonest(siblings):
                yield family, f"with the other members of {union}"
            if union in self.placed:
                yield self.placed[union], f"with {union}, which it is a member of"
        if isinstance(node, Choice) and (family := self.commonest(self.members(name))):
            yield family, "with its members"
        for family in self.in_order(self.users(name)):
            users = [user for user in self.users(name) if self.placed.get(user) == family]
            yield family, f"with {users[0]}, which uses it"
        if name in (requests := self.requests()) and (family := self.commonest(requests)):
            yield family, "with what other operations take and give"

    def requests(self) -> list[str]:
        """What operations take and give, but for errors and streams."""
        return [
            target
            for key, node in self.types.roots.items()
            if key.endswith((" body", " response")) and key != ERROR_ROOT
            for target in targets(node)
        ]

    def unions_of(self, name: str) -> list[str]:
        return [
            union
            for union, node in self.types.nodes.items()
            if isinstance(node, Choice) and name in node.mapping.values()
        ]

    def members(self, union: str) -> list[str]:
        node = self.types.nodes[union]
        if not isinstance(node, Choice):
            return []
        return list(node.mapping.values()) or list(targets(node))

    def users(self, name: str) -> list[str]:
        return [user for user, node in self.types.nodes.items() if name in targets(node)]

    def commonest(self, names: Iterable[str]) -> str | None:
        counts = Counter(self.placed[name] for name in names if name in self.placed)
        most = max(counts.values(), default=0)
        return next((f for f in self.in_order(names) if counts[f] == most), None)

    def in_order(self, names: Iterable[str]) -> list[str]:
        found = {self.placed[name] for name in names if name in self.placed}
        known = [family for family in self.families if family in found]
        return [*known, *sorted(found - set(known))]

    def is_circular(self, placed: Mapping[str, str]) -> bool:
        """Whether families would import one another in a circle."""
        graph: dict[str, set[str]] = {}
        for user, home in placed.items():
            needed = {placed[t] for t in targets(self.types.nodes[user]) if t in placed}
            graph.setdefault(home, set()).update(needed - {home})
        try:
            TopologicalSorter(graph).prepare()
        except CycleError:
            return True
        return False
