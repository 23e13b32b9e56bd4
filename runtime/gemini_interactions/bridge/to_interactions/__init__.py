"""From generateContent to interactions."""

from .request import Request, to_create

__all__ = ["Request", "to_create"]
