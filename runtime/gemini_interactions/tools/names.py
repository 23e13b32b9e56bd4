"""What the API admits as the name of a function."""

from __future__ import annotations

import re
from typing import Final

from ..errors import ToolDeclarationError

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")
_NOT_ADMITTED: Final = re.compile(r"[^A-Za-z0-9_.:-]")


def checked_name(name: str) -> str:
    if _NAME.fullmatch(name):
        return name
    raise ToolDeclarationError(
        "the name of a tool begins with a letter or an underscore and goes on with letters,"
        " digits, and any of _ . : - (128 characters at most): give it a name of its own",
        tool=name,
    )


def admitted_name(name: str) -> str:
    """A name with underscores for what the API does not admit."""
    return checked_name(_NOT_ADMITTED.sub("_", name))
