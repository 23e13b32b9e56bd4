"""Parsed JSON → one event, and back.

python -m benchmarks.converters [--rounds N] [--json]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from .contenders.guide import guide_events
from .harness import taking
from .harness.command import main
from .harness.row import Contender, Figures, Measure, Operation, Row, at_least, at_most

READ = Measure("µs to structure", 2)
WRITE = Measure("µs to unstructure", 2)
USED = Measure("events")
REPEATED = 20


def public(_: str) -> Operation:
    from gemini_interactions_types import v2026_05_20 as api

    event: Any = api.Event
    return both(lambda payload: api.structure(event, payload), api.unstructure)


def ours(_: str) -> Operation:
    """The functions themselves, looked up once: so the client reads its streams."""
    from gemini_interactions_types.v2026_05_20.reading import read_event
    from gemini_interactions_types.v2026_05_20.writing import WRITERS

    return both(read_event, lambda event: WRITERS[event.__class__](event))


def cattrs_hooks(_: str) -> Operation:
    from gemini_interactions_types import v2026_05_20 as api

    from .contenders.stock_cattrs import stock_converter

    event: Any = api.Event
    converter = stock_converter()
    structure = converter.get_structure_hook(event)
    return both(lambda payload: structure(payload, event), converter.get_unstructure_hook(event))


def google_types(_: str) -> Operation:
    event: Any = import_module("google.genai.interactions").InteractionSSEEvent
    adapter = import_module("pydantic").TypeAdapter(event)
    return both(adapter.validate_python, lambda value: adapter.dump_python(value, mode="json"))


def both(structure: Callable[[Any], Any], unstructure: Callable[[Any], Any]) -> Operation:
    """Times both directions over all events that can go both ways."""
    payloads = [payload for payload in guide_events() if goes(structure, unstructure, payload)]
    values = [structure(payload) for payload in payloads]

    def measure() -> Figures:
        return {
            READ.name: microseconds(structure, payloads),
            WRITE.name: microseconds(unstructure, values),
            USED.name: len(payloads),
        }

    return measure


def goes(structure: Callable[[Any], Any], unstructure: Callable[[Any], Any], payload: Any) -> bool:
    try:
        written = unstructure(structure(payload))
    except Exception:  # whatever it is, the event is left out
        return False
    return bool(written["event_type"] == payload["event_type"])


def microseconds(convert: Callable[[Any], Any], values: list[Any]) -> float:
    begin = time.perf_counter()
    for _ in range(REPEATED):
        for value in values:
            convert(value)
    return (time.perf_counter() - begin) / REPEATED / len(values) * 1e6


ROW = Row(
    title="Parsed JSON → one event, and back",
    about=(
        f"Each of the {len(guide_events())} events of the streaming guide, read into the types of "
        f"revision 2026-05-20 and written back {REPEATED} times a round; the mean per event. "
        "`ours` are the functions that the client itself calls for streams; the public `structure` "
        "and `unstructure` find them by type. cattrs' hooks are those it makes by itself for our "
        "classes, and google-genai's adapter is made once. Events that a contender cannot take are "
        "left out for it."
    ),
    measures=(READ, WRITE, USED),
    contenders=(
        Contender("ours", "ours", ours),
        Contender("ours, structure and unstructure", "ours", public),
        Contender("cattrs' own hooks", "ours", cattrs_hooks),
        Contender("google-genai types, adapter", "google-genai", google_types),
    ),
    goals=(
        at_most("ours", READ.name, 0.6),
        at_most("ours", WRITE.name, 0.3),
        at_least("cattrs' own hooks", READ.name, 1, of="ours"),
    ),
    tried=(
        "An event is two objects: making them takes 0.2 µs, six calls of Python another 0.2, and "
        "the checks of every field, which a prototype with figures below the goals left out, the "
        "rest. Tried: partial functions in place of `object.__new__`, subscripts for required "
        "keys, one literal for all of them, a plain dictionary of writers. Each gives 6 % or less, "
        "all of them together about 0.61 and 0.42 µs where these are 0.68 and 0.46."
    ),
    take=taking.as_they_are,
    rounds=21,
)

if __name__ == "__main__":
    main(ROW, __file__)
