"""Hypothesis strategies for everything that travels, made from a revision's schema.

    from hypothesis import given
    from gemini_interactions.conformance import strategies

    @given(strategies.interactions())
    def test_a_gateway_passes_interactions_on(payload): ...

Every payload is what the schema allows and nothing else: no unknown fields, no known deviations.
`near_misses` gives the opposite: payloads with exactly one thing wrong.
"""

from __future__ import annotations

from typing import Any

from .._bindings import LATEST
from ..errors import ConfigurationError
from .drawing import Payloads, SearchStrategy
from .findings import Kind
from .near_misses import NearMiss, near_misses
from .schemas import Json, schema_of
from .stream_drawing import Exchange, Streams
from .validation import SENDERS

__all__ = [
    "Exchange",
    "NearMiss",
    "errors",
    "events",
    "exchanges",
    "interactions",
    "near_misses",
    "payloads",
    "requests",
    "streams",
    "values",
]


def payloads(kind: Kind, revision: str = LATEST) -> SearchStrategy[Json]:
    """Payloads of a kind."""
    schema = schema_of(revision)
    return Payloads(schema, SENDERS[kind]).of(schema.roots[kind])


def requests(revision: str = LATEST) -> SearchStrategy[Json]:
    """Bodies of create requests."""
    return payloads("request", revision)


def interactions(revision: str = LATEST) -> SearchStrategy[Json]:
    """What create, get and cancel answer."""
    return payloads("interaction", revision)


def events(revision: str = LATEST) -> SearchStrategy[Json]:
    """Events of a stream, each by itself."""
    return payloads("event", revision)


def errors(revision: str = LATEST) -> SearchStrategy[Json]:
    """Bodies of answers whose status is an error."""
    return payloads("error", revision)


def values(type_name: str, revision: str = LATEST) -> SearchStrategy[Any]:
    """Payloads of any type of the revision."""
    schema = schema_of(revision)
    if type_name not in schema.definitions:
        raise ConfigurationError(f"revision {revision} has no type {type_name!r}")
    return Payloads(schema).of(type_name)


def exchanges(revision: str = LATEST) -> SearchStrategy[Exchange]:
    """Streams that follow the grammar, each with the interaction that it adds up to."""
    return Streams(schema_of(revision)).exchanges()


def streams(revision: str = LATEST) -> SearchStrategy[list[Json]]:
    """Streams that follow the grammar: their events in order."""
    return exchanges(revision).map(lambda exchange: exchange.events)
