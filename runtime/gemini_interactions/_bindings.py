"""The one door between the runtime and the generated bindings.

Everything else in this package takes types, converters and routes from here, and names no
revision but `latest`, the newest. A vendored copy has other imports in this module, and in the two
clients one overload for each older revision it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from attrs import frozen

import gemini_interactions_types as revisions
from gemini_interactions_types import LATEST, REVISIONS, LatestLabel, load

if TYPE_CHECKING:
    from gemini_interactions_types import latest, latest_params
    from gemini_interactions_types._support.routes import Backend, Route

__all__ = [
    "LATEST",
    "REVISIONS",
    "Backend",
    "Bindings",
    "LatestLabel",
    "Route",
    "bindings_for",
    "bindings_of",
    "latest",
    "latest_params",
    "revisions",
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


def bindings_for(value: object) -> Bindings | None:
    """The bindings that a typed object is of, or a subclass of one; `None` for any other."""
    packages = {kind.__module__.rpartition(".")[0] for kind in type(value).__mro__}
    for label, module in revisions.MODULES.items():
        if f"{revisions.__name__}.{module}" in packages:
            return bindings_of(label)
    return None
