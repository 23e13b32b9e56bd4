"""The one door between the runtime and the generated bindings.

Everything else in this package takes types, converters and routes from here. A vendored copy
rewrites the imports of this module and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from gemini_interactions_types import LATEST, REVISIONS, load

if TYPE_CHECKING:
    from gemini_interactions_types import v2025_12_11, v2026_05_07, v2026_05_20
    from gemini_interactions_types._support.routes import Backend, Route
    from gemini_interactions_types.v2026_05_20.params import (
        CreateAgentInteractionFields,
        CreateModelInteractionFields,
    )

__all__ = [
    "LATEST",
    "REVISIONS",
    "Backend",
    "Bindings",
    "CreateAgentInteractionFields",
    "CreateModelInteractionFields",
    "Route",
    "bindings_of",
    "v2025_12_11",
    "v2026_05_07",
    "v2026_05_20",
]


@frozen(eq=False, repr=False)
class Bindings:
    """One revision, as the runtime uses it."""

    label: str
    header: str | None
    types: ModuleType
    routes: Mapping[str, Route]
    backends: Mapping[str, Backend]
    structure: Callable[[Any, Any], Any]
    unstructure: Callable[[Any], Any]
    read_event: Callable[[Any], Any]
    """The event reader itself: an object that fits no event becomes an unknown one."""
    body_keys: Mapping[str, frozenset[str]]
    """What a create request may hold, by what it is addressed to: `model` or `agent`."""

    def __repr__(self) -> str:
        return f"Bindings({self.label!r})"


@cache
def bindings_of(revision: str = LATEST) -> Bindings:
    """The bindings of a revision, loaded on first use."""
    types = load(revision)
    return Bindings(
        label=types.REVISION,
        header=types.HEADER,
        types=types,
        routes=types.ROUTES,
        backends=types.BACKENDS,
        structure=types.structure,
        unstructure=types.unstructure,
        read_event=types.reading.read_event,
        body_keys={
            "model": types.reading.CREATE_MODEL_INTERACTION_KEYS,
            "agent": types.reading.CREATE_AGENT_INTERACTION_KEYS,
        },
    )
