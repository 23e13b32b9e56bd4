"""Assertions for tests: payloads and whole streams, with all that is wrong in the message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from .._bindings import LATEST
from .examining import validator_of
from .findings import Deviation, Kind
from .grammar import StreamJudge

__all__ = ["assert_conforms"]

MOST_TOLD = 20


def assert_conforms(
    payload: Any,
    *,
    kind: Kind | Literal["stream"] = "interaction",
    revision: str = LATEST,
    strict: bool = False,
    stored: Any = None,
) -> None:
    """Fail unless a payload is what a revision says; the message has a line for each deviation.

    A `stream` is the list of its events; `stored` is the interaction that they have to add up to.
    Deviations that the spec knows of are let pass unless `strict`.
    """
    __tracebackhide__ = True
    found = list(deviations_of(payload, kind, revision, stored))
    counting = [each for _, each in found if strict or each.known is None]
    if counting:
        raise AssertionError("\n".join(message_lines(found, kind, revision, strict=strict)))


def deviations_of(
    payload: Any, kind: Kind | Literal["stream"], revision: str, stored: Any
) -> Iterator[tuple[str, Deviation]]:
    """Each deviation, with its place in front of the pointer."""
    validator = validator_of(revision)
    if kind != "stream":
        yield from (("", found) for found in validator.judge(kind, payload))
        return
    judge = StreamJudge(validator)
    for number, event in enumerate(payload, 1):
        yield from ((f"event {number}", found) for found in judge.add(event))
    # Whoever has parsed events has no [DONE] any more.
    yield from (("the stream", found) for found in judge.end(True, stored))


def message_lines(
    found: Iterable[tuple[str, Deviation]], kind: str, revision: str, *, strict: bool
) -> Iterator[str]:
    counting = [pair for pair in found if strict or pair[1].known is None]
    count = f"{len(counting)} deviation{'' if len(counting) == 1 else 's'}"
    yield f"the {kind} does not conform to {revision}: {count}"
    for place, each in counting[:MOST_TOLD]:
        where = " ".join(filter(None, (place, each.pointer or ("" if place else "/"))))
        got = "" if each.got is None else f", got {json.dumps(each.got)}"
        known = f" (known: {each.known})" if each.known else ""
        yield f"  {where}: {each.rule}: {each.message}{got}{known}"
    if len(counting) > MOST_TOLD:
        yield f"  ... and {len(counting) - MOST_TOLD} more"
