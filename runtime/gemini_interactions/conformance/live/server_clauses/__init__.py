"""All that a server has to keep to, in the order in which it is tried."""

from __future__ import annotations

from . import background, creating, deleting, refusing, resuming, streaming, tools
from .clause import Clause

__all__ = ["CLAUSES", "Clause"]

CLAUSES: tuple[Clause, ...] = (
    *creating.CLAUSES,
    *streaming.CLAUSES,
    *resuming.CLAUSES,
    *background.CLAUSES,
    *tools.CLAUSES,
    *refusing.CLAUSES,
    *deleting.CLAUSES,
)
