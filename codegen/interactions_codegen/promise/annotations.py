"""Whether one annotation takes all that another does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

# What takes the other, beside what is the same.
WIDER = {"Sequence": "list", "Mapping": "dict", "float": "int"}


@frozen
class Annotations:
    """`aliases` are the meanings of names that stand for others, as code."""

    aliases: Mapping[str, str]

    def take(self, wide: ast.expr, narrow: ast.expr) -> bool:
        return all(self.take_arm(wide, arm) for arm in arms(narrow))

    def take_arm(self, wide: ast.expr, arm: ast.expr) -> bool:
        if any(self.cover(part, arm) for part in arms(wide)):
            return True
        if meaning := self.meaning(arm):
            return self.take(wide, meaning)
        meanings = filter(None, map(self.meaning, arms(wide)))
        return any(self.take_arm(meaning, arm) for meaning in meanings)

    def meaning(self, arm: ast.expr) -> ast.expr | None:
        if isinstance(arm, ast.Name) and arm.id in self.aliases:
            return expression(self.aliases[arm.id])
        return None

    def cover(self, wide: ast.expr, narrow: ast.expr) -> bool:
        if ast.dump(wide) == ast.dump(narrow):
            return True
        if isinstance(wide, ast.Subscript) and isinstance(narrow, ast.Subscript):
            return self.cover_parameters(wide, narrow)
        if not isinstance(wide, ast.Name):
            return False
        literal = isinstance(narrow, ast.Subscript) and head(narrow) == "Literal"
        number = isinstance(narrow, ast.Name) and WIDER.get(wide.id) == narrow.id
        return wide.id == "Any" or (wide.id == "str" and literal) or number

    def cover_parameters(self, wide: ast.Subscript, narrow: ast.Subscript) -> bool:
        ours, theirs = parameters(wide), parameters(narrow)
        if head(wide) == head(narrow) == "Literal":
            return set(map(ast.dump, theirs)) <= set(map(ast.dump, ours))
        if head(narrow) not in (head(wide), WIDER.get(head(wide))) or len(ours) != len(theirs):
            return False
        return all(map(self.take, ours, theirs))


def expression(text: str, rename: Callable[[str], str] | None = None) -> ast.expr:
    """An annotation as code, its names put through `rename`."""
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and rename is not None:
            node.id = rename(node.id)
    return tree


def arms(annotation: ast.expr) -> Iterator[ast.expr]:
    """The members of `A | B`, or of what is required to be one of them."""
    if isinstance(annotation, ast.BinOp):
        yield from arms(annotation.left)
        yield from arms(annotation.right)
    elif isinstance(annotation, ast.Subscript) and head(annotation) == "Required":
        yield from arms(annotation.slice)
    else:
        yield annotation


def head(annotation: ast.Subscript) -> str:
    return ast.unparse(annotation.value)


def parameters(annotation: ast.Subscript) -> list[ast.expr]:
    inside = annotation.slice
    return inside.elts if isinstance(inside, ast.Tuple) else [inside]
