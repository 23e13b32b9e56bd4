"""Does it speak the schema? Judges requests, answers, events and streams by a revision.

`pip install 'gemini-interactions[conformance]'`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .findings import Deviation, Finding, Kind, Place
    from .grammar import StreamJudge
    from .validation import Validator

__all__ = ["Deviation", "Finding", "Kind", "Place", "StreamJudge", "Validator"]

_HOMES = {"StreamJudge": "grammar", "Validator": "validation"}


def __getattr__(name: str) -> Any:
    """Imported on first use: the pytest plugin of this package costs other tests nothing."""
    if name in __all__:
        return getattr(import_module(f".{_HOMES.get(name, 'findings')}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
