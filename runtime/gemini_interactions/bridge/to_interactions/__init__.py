"""From generateContent to interactions."""

from .request import to_create

__all__ = ["to_create"]
