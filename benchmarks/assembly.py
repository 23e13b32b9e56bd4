"""Events → the whole interaction: the time for each event must not grow with their number.

python -m benchmarks.assembly [--rounds N] [--json]
"""

from __future__ import annotations

import time
from typing import Any

from .harness import taking, wire
from .harness.command import main
from .harness.row import Contender, Figures, Measure, Operation, Row, at_most

MANY, FEWER = 100_000, 10_000
EACH = Measure("µs per event", 2)
WHOLE = Measure("ms for all", 1)


def texts(_: str, count: int) -> Operation:
    """One long text."""
    return assembling(wire.stream_of(count, wire.text_delta))


def arguments(_: str, count: int) -> Operation:
    """One function call, whose arguments come in pieces of JSON."""
    pieces = ['{"words": [', *(f'"{number}", ' for number in range(count - 2)), '"end"]}']
    call = {"type": "function_call", "id": "c", "name": "f", "arguments": {}}
    opening, _step, *closing = [*wire.opening_events(), *wire.closing_events()]
    start = {"index": 0, "step": call, "event_type": "step.start"}
    deltas = [
        {
            "index": 0,
            "delta": {"type": "arguments_delta", "arguments": piece},
            "event_type": "step.delta",
        }
        for piece in pieces
    ]
    return assembling([opening, start, *deltas, *closing])


def steps(_: str, count: int) -> Operation:
    """Many steps, of a start, two deltas and a stop each."""
    opening, _step, _stop, end = [*wire.opening_events(), *wire.closing_events()]
    events = [opening]
    for index in range(count // 4):
        one = [*wire.opening_events()[1:], *wire.stream_of(2, wire.text_delta)[2:4]]
        events += [{**event, "index": index} for event in [*one, wire.closing_events()[0]]]
    return assembling([*events, end])


def assembling(payloads: list[wire.Json]) -> Operation:
    from gemini_interactions import InteractionAssembler
    from gemini_interactions._bindings import bindings_of
    from gemini_interactions_types import v2026_05_20 as api

    form: Any = api.Event
    events = [api.structure(form, payload) for payload in payloads]

    def measure() -> Figures:
        begin = time.perf_counter()
        assembler = InteractionAssembler(bindings_of())
        for event in events:
            assembler.add(event)
        whole = assembler.interaction
        seconds = time.perf_counter() - begin
        if whole.status != "completed" or not whole.steps or assembler.unplaced:
            raise RuntimeError("this is not the whole interaction")
        return {EACH.name: seconds / len(events) * 1e6, WHOLE.name: seconds * 1e3}

    return measure


SHAPES = {"one text": texts, "one call's arguments": arguments, "many steps": steps}

ROW = Row(
    title="Assembly of a long stream",
    about=(
        f"Typed events are folded into the interaction that a call without a stream gives: "
        f"{MANY:,} events and {FEWER:,}, of one long text, of one function call whose arguments "
        "come in pieces, and of many short steps. Linear means that the time for each event stays: "
        "were it quadratic, it would be ten times as long. Garbage collection and the processor's "
        "caches do make it longer where there are more objects."
    ),
    measures=(EACH, WHOLE),
    contenders=tuple(
        Contender(f"{shape}, {count:,} events", "ours", start, (count,))
        for shape, start in SHAPES.items()
        for count in (MANY, FEWER)
    ),
    goals=tuple(
        at_most(f"{shape}, {MANY:,} events", EACH.name, 2.5, of=f"{shape}, {FEWER:,} events")
        for shape in SHAPES
    ),
    take=taking.as_they_are,
    rounds=5,
    ours=f"one text, {FEWER:,} events",
)

if __name__ == "__main__":
    main(ROW, __file__)
