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
    imports: dict[str, set[str]] = field(factory=dict[str, set[str]])
    """The other families that each one needs."""
    uses: dict[str, list[str]] = field(factory=dict[str, list[str]])
    users: dict[str, list[str]] = field(factory=dict[str, list[str]])
    unions: dict[str, list[str]] = field(factory=dict[str, list[str]])
    """Those with a tag that each type is a member of."""

    def place(self) -> dict[str, str]:
        self.survey()
        for name in self.types.nodes:
            if name in self.types.families:
                if self.base and name not in self.base:
                    note = f"{self.types.families[name]}: the document says so"
                    self.types.report.note("placed", name, note)
                self.put(name, self.types.families[name])
            elif name in self.base:
                self.put(name, self.base[name])
        self.place_others()
        return {name: self.placed[name] for name in self.types.nodes if name in self.placed}

    def survey(self) -> None:
        for name, node in self.types.nodes.items():
            self.uses[name] = list(dict.fromkeys(targets(node)))
            for used in self.uses[name]:
                self.users.setdefault(used, []).append(name)
            for member in dict.fromkeys(node.mapping.values()) if isinstance(node, Choice) else ():
                self.unions.setdefault(member, []).append(name)

    def place_others(self) -> None:
        """Each by the rules; again and again, as those that are placed help to place others."""
        waiting = [name for name in self.types.nodes if name not in self.placed]
        while left := [name for name in waiting if not self.place_one(name)]:
            if len(left) == len(waiting):
                for name in left:
                    problem = f"no rule says which family {name} belongs to: name it in x-family"
                    self.types.report.could_not_place(self.types.nodes[name].place, problem)
                return
            waiting = left

    def place_one(self, name: str) -> bool:
        for family, rule in self.candidates(name):
            # A circle that is there already is no reason against a family: the checks refuse it.
            if is_circular(self.imports) or not is_circular(self.imports_with(name, family)):
                self.put(name, family)
                self.types.report.note("placed", name, f"{family}: {rule}")
                return True
        return False

    def put(self, name: str, family: str) -> None:
        self.imports = self.imports_with(name, family)
        self.placed[name] = family

    def imports_with(self, name: str, family: str) -> dict[str, set[str]]:
        """What families would need of one another if the type went there."""
        imports = {home: set(needed) for home, needed in self.imports.items()}
        needed = {self.placed[used] for used in self.uses[name] if used in self.placed}
        imports.setdefault(family, set()).update(needed - {family})
        for user in self.users.get(name, ()):
            if (home := self.placed.get(user, family)) != family:
                imports.setdefault(home, set()).add(family)
        return imports

    def candidates(self, name: str) -> Iterator[tuple[str, str]]:
        for union in self.unions.get(name, ()):
            siblings = [member for member in self.members(union) if member != name]
            if family := self.commonest(siblings):
                yield family, f"with the other members of {union}"
            if union in self.placed:
                yield self.placed[union], f"with {union}, which it is a member of"
        if family := self.commonest(self.members(name)):
            yield family, "with its members"
        users = self.users.get(name, [])
        for family in self.in_order(users):
            user = next(user for user in users if self.placed.get(user) == family)
            yield family, f"with {user}, which uses it"
        requests = self.requests()
        if name in requests and (family := self.commonest(requests)):
            yield family, "with what other operations take and give"

    def requests(self) -> list[str]:
        """What operations take and give, but for errors and streams."""
        return [
            target
            for key, node in self.types.roots.items()
            if key.endswith((" body", " response")) and key != ERROR_ROOT
            for target in targets(node)
        ]

    def members(self, name: str) -> list[str]:
        node = self.types.nodes[name]
        return self.uses[name] if isinstance(node, Choice) else []

    def commonest(self, names: Iterable[str]) -> str | None:
        counts = Counter(self.placed[name] for name in names if name in self.placed)
        most = max(counts.values(), default=0)
        return next((family for family in self.in_order(names) if counts[family] == most), None)

    def in_order(self, names: Iterable[str]) -> list[str]:
        found = {self.placed[name] for name in names if name in self.placed}
        known = [family for family in self.families if family in found]
        return [*known, *sorted(found - set(known))]


def is_circular(imports: Mapping[str, set[str]]) -> bool:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError:
        return True
    return False
