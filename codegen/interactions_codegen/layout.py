"""The layout a formatter would give: generated text leaves here as it will be committed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

WIDTH = 100


def docstring(text: str, indent: int) -> str:
    """A docstring; whatever stands in the text stays inside its quotes."""
    text = text.replace("\\", "\\\\").replace('"', '\\"') if "\\" in text or '"' in text else text
    if indent + len(text) + 6 <= WIDTH:
        return f'"""{text}"""'
    pad = " " * indent
    first, *rest = textwrap.wrap(
        text, WIDTH - indent - 3, break_on_hyphens=False, break_long_words=False
    )
    if not rest:
        return f'"""{first}"""'
    return "\n".join([f'"""{first}', *(pad + line for line in rest), f'{pad}"""'])


def alias(name: str, arms: list[str]) -> str:
    """`Name: TypeAlias = A | B`: on one line, on a line of its own, or one arm a line."""
    arms = [part for arm in arms for part in ([arm] if "[" in arm else arm.split(" | "))]
    union = " | ".join(arms)
    opening = f"{name}: TypeAlias = "
    if "\n" not in union and len(opening + union) <= WIDTH:
        return opening + union
    if "\n" not in union and len(union) + 4 <= WIDTH:
        return f"{opening}(\n    {union}\n)"
    if len(arms) == 2 and arms[0].startswith("Literal[") and arms[1] == "str":
        values = arms[0].replace("\n", "\n    ")
        return f"{opening}(\n    {values}\n    | str\n)"
    first, *rest = arms
    return "\n".join([f"{opening}(", f"    {first}", *(f"    | {arm}" for arm in rest), ")"])


def signature(name: str, parameters: str, returns: str) -> str:
    line = f"def {name}({parameters}) -> {returns}:"
    return line if len(line) <= WIDTH else f"def {name}(\n    {parameters}\n) -> {returns}:"


def bracketed(opening: str, items: Iterable[str], closing: str) -> str:
    """`opening items closing` on one line, or one item a line."""
    items = list(items)
    line = f"{opening}{', '.join(items)}{closing}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([opening, *(f"    {item}," for item in items), closing])


def call(function: str, arguments: list[str], indent: int) -> str:
    """A call that a comma follows: on one line, its arguments on another, or one a line."""
    pad, line = " " * indent, ", ".join(arguments)
    if indent + len(f"{function}({line}),") <= WIDTH:
        return f"{function}({line})"
    if indent + 4 + len(line) <= WIDTH:
        return f"{function}(\n{pad}    {line}\n{pad})"
    return "\n".join([f"{function}(", *(f"{pad}    {one}," for one in arguments), f"{pad})"])


def import_from(module: str, names: Iterable[str]) -> str:
    ordered = sorted(names, key=import_order)
    if not ordered:
        return ""
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in ordered), ")"])


def import_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then everything else."""
    if len(name) > 1 and name.isupper():
        return 0, name
    return (1 if name[0].isupper() else 2), name


def blocks(parts: Iterable[str]) -> str:
    """Blocks of lines, one empty line between."""
    return "\n\n".join(part for part in parts if part)


def lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)
