"""How public names may change, and how they may not.

One rule: whatever a program could write before, it still can. What it passes may only be taken more
widely, what it is given may only get narrower, and nothing that it did not pass may be required.
What a field holds when it is read may change: that is for the changelog to say.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from attrs import frozen

from .annotations import Annotations, expression
from .offered import PACKAGE, PublicNames

Names = Mapping[str, str]


@frozen
class Broken:
    """A public name that programs cannot use as they did."""

    name: str
    problem: str
    gone: bool


def broken_names(before: PublicNames, now: PublicNames) -> Iterator[Broken]:
    if before == now:
        return
    gone = {name for name in before.names if resolve(now.names, name) is None}
    for name in sorted(gone):
        owner, _, member = name.partition(".")
        if not member or owner not in gone:
            yield Broken(name, "is gone", gone=True)
    for module, names in before.modules.items():
        for name in sorted(set(names) - set(now.modules.get(module, ())) - gone):
            where = "the revision" if module == PACKAGE else module
            yield Broken(f"{module}.{name}", f"cannot be imported from {where}", gone=True)
    change = Change(before.names, now.names)
    for name in sorted(before.names.keys() - gone):
        yield from (Broken(name, problem, gone=False) for problem in change.problems(name))


def resolve(names: Names, name: str) -> str | None:
    """The living name that a name leads to: through renamings, and to members of bases."""
    owner, _, member = name.partition(".")
    kind, rest = split(names.get(owner, ""))
    if kind == "former":
        return resolve(names, f"{rest}.{member}" if member else rest)
    if not member or not kind:
        return owner if kind else None
    if name in names:
        kind, now = split(names[name])
        return f"{owner}.{now}" if kind == "former" else name
    bases = rest.split() if kind in ("class", "dict") else []
    return next((found for base in bases if (found := resolve(names, f"{base}.{member}"))), None)


def split(text: str) -> tuple[str, str]:
    """The kind of a name, and its signature."""
    kind, _, signature = text.partition(" ")
    return kind, signature


class Change:
    """What was and what is, name by name."""

    def __init__(self, before: Names, now: Names) -> None:
        self.before = before
        self.now = now
        self.members_before = members_of(before)
        self.members_now = members_of(now)
        gone = {name: ast.unparse(self.was(text)) for name, text in aliases_in(before)}
        self.annotations = Annotations({**gone, **dict(aliases_in(now))})

    def problems(self, name: str) -> Iterator[str]:
        """What programs that use a name stumble over, although it is there."""
        place = resolve(self.now, name)
        assert place is not None
        kind, was = split(self.before[name])
        if kind == "former":
            if resolve(self.now, resolve(self.before, name) or "") != place:
                yield f"meant {was}, means {place}"
            return
        new_kind, now = split(self.now[place])
        if kind != new_kind:
            yield f"was of kind {kind}, is of kind {new_kind}"
        elif was != now and (problem := RULES[kind](self, was, now)):
            yield problem
        for member in self.newly_required(name, place):
            yield f"requires {member}, which callers do not give"

    def newly_required(self, name: str, place: str) -> Iterator[str]:
        """Members that a caller has to give, and could not before."""
        given = {resolve(self.now, member) for member in self.members_before.get(name, ())}
        for member in self.members_now.get(place, ()):
            kind, text = split(self.now[member])
            if member not in given and is_required(kind, text):
                yield member.partition(".")[2]

    def was(self, text: str) -> ast.expr:
        """A former annotation, with the names that its types have now."""
        return expression(text, lambda name: resolve(self.now, name) or name)


def aliases_in(names: Names) -> Iterator[tuple[str, str]]:
    pairs = ((name, split(text)) for name, text in names.items())
    return ((name, meaning) for name, (kind, meaning) in pairs if kind == "alias")


def members_of(names: Names) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for name in names:
        owner, _, member = name.partition(".")
        if member:
            members.setdefault(owner, []).append(name)
    return members


# --- one rule a kind: what is wrong with the second text, after the first ----------------------


def argument(kind: str, change: Change, was: str, now: str) -> str | None:
    """Of a constructor, a TypedDict or a query: what is passed."""
    if is_required(kind, now) and not is_required(kind, was):
        return "is required now"
    old, new = (ast.unparse(parsed_field(text).annotation) for text in (was, now))
    if not change.annotations.take(expression(new), change.was(old)):
        return f"takes {new}, took {old}"
    return None


def result(change: Change, was: str, now: str) -> str | None:
    """A property, or the tag of a class: what is given."""
    if not change.annotations.take(change.was(was), expression(now)):
        return f"gives {now}, gave {was}"
    return None


def meaning(change: Change, was: str, now: str) -> str | None:
    """A union, or an enum: what is passed where it stands."""
    if not change.annotations.take(expression(now), change.was(was)):
        return f"means {now}, meant {was}"
    return None


def bases(change: Change, was: str, now: str) -> str | None:
    lost = {resolve(change.now, base) or base for base in was.split()} - set(now.split())
    return f"is no longer a {' and a '.join(sorted(lost))}" if lost else None


def function(change: Change, was: str, now: str) -> str | None:
    """Parameters may be added at the end, with a default."""
    old, new = parameters(was), parameters(now)
    if new[: len(old)] != old or any(" = " not in added for added in new[len(old) :]):
        return f"takes {now}, took {was}"
    return None


def operation(change: Change, was: str, now: str) -> str | None:
    return f"is the operation {now}, was {was}"


def nothing(change: Change, was: str, now: str) -> str | None:
    return None


RULES: Mapping[str, Callable[[Change, str, str], str | None]] = {
    "alias": meaning,
    "class": bases,
    "constant": nothing,
    "dict": bases,
    "field": partial(argument, "field"),
    "function": function,
    "key": partial(argument, "key"),
    "property": result,
    "query": partial(argument, "query"),
    "route": operation,
    "tag": result,
}


def is_required(kind: str, text: str) -> bool:
    if kind == "field":
        return parsed_field(text).value is None
    return kind == "key" and text.startswith("Required[")


def parsed_field(text: str) -> ast.AnnAssign:
    (node,) = ast.parse(f"_: {text}").body
    assert isinstance(node, ast.AnnAssign)
    return node


def parameters(text: str) -> list[str]:
    """What `(name: type, other: type = default) -> result` lists, one by one."""
    (node,) = ast.parse(f"def _{text}: ...").body
    assert isinstance(node, ast.FunctionDef)
    found = node.args
    required = len(found.args) - len(found.defaults)
    defaults: list[ast.expr | None] = [*[None] * required, *found.defaults]
    pairs = list(zip(found.args, defaults, strict=True))
    pairs += zip(found.kwonlyargs, found.kw_defaults, strict=True)
    return [
        ast.unparse(name) + ("" if default is None else f" = {ast.unparse(default)}")
        for name, default in pairs
    ]
