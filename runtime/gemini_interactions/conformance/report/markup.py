"""Text of others inside XML and HTML."""

from __future__ import annotations

import re
from html import escape
from typing import Final

__all__ = ["attribute", "text"]

FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, not even escaped, and what could steer a reader's screen."""


def text(value: object) -> str:
    return escape(FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value)), quote=False)


def attribute(value: object) -> str:
    """With the quotes around it."""
    clean = FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return '"' + escape(clean).replace("\n", "&#10;").replace("\t", "&#9;") + '"'
