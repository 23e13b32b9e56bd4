"""Static readers and writers beside cattrs' own generated hooks, for the same classes and events.

    python benchmarks/converters.py [--json]

Both run interleaved in one process; the figures are medians per event.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import reduce
from operator import attrgetter, or_
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.strategies import configure_tagged_union

from gemini_interactions_types import v2026_05_20 as api
from gemini_interactions_types._support.model import Model, Unknown
from gemini_interactions_types.v2026_05_20.reading import OBJECT_READERS, read_event
from gemini_interactions_types.v2026_05_20.writing import WRITERS

EVENTS = Path(__file__).parent.parent / "tests" / "vectors" / "2026-05-20" / "guide_events.json"
ROUNDS = 31
EVENT: Any = api.Event


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    converter = stock_converter()
    payloads = [event for event in guide_events() if round_trips(converter, event)]
    objects = [read_event(payload) for payload in payloads]
    figures = measured(
        len(payloads),
        {
            "structure, static": lambda: [read_event(p) for p in payloads],
            "structure, cattrs": lambda: [converter.structure(p, EVENT) for p in payloads],
            "unstructure, static": lambda: [WRITERS[o.__class__](o) for o in objects],
            "unstructure, cattrs": lambda: [
                converter.unstructure(o, unstructure_as=EVENT) for o in objects
            ],
        },
    )
    if options.json:
        print(json.dumps({"events": len(payloads), "microseconds": figures}))
        return
    print(f"{len(payloads)} events of the streaming guide, microseconds per event (median)")
    for name, figure in figures.items():
        print(f"  {name:22} {figure:6.2f}")


def guide_events() -> list[Any]:
    return [vector["payload"] for vector in json.loads(EVENTS.read_text())["vectors"]]


def stock_converter() -> Converter:
    """cattrs as it comes: generated hooks for our classes, its tagged unions for our unions.

    The unions are registered by predicate and built afterwards, because they contain one another
    and because a field's `Content | None` is another union to cattrs.
    """
    converter = Converter()
    for cls in OBJECT_READERS:
        if isinstance(cls, type) and issubclass(cls, Model):
            attrs.resolve_types(cls)
    unions = {known_members(form): form for form in OBJECT_READERS if not isinstance(form, type)}
    tagged: dict[Any, Any] = {}

    def structure(value: Any, form: Any) -> Any:
        return None if value is None else converter.structure(value, tagged[known_members(form)])

    def unstructure(form: Any) -> Callable[[Any], Any]:
        wanted = known_members(form)
        return lambda value: (
            None if value is None else converter.unstructure(value, unstructure_as=tagged[wanted])
        )

    converter.register_structure_hook_func(is_free_choice, lambda value, _: value)
    converter.register_structure_hook_func(
        lambda form: is_outer(form) and known_members(form) in unions, structure
    )
    converter.register_unstructure_hook_factory(
        lambda form: is_outer(form) and known_members(form) in unions, unstructure
    )
    for members, form in unions.items():
        name = "event_type" if form == EVENT else "type"
        tagged[members] = reduce(or_, members)
        configure_tagged_union(
            tagged[members], converter, tag_generator=attrgetter(name), tag_name=name
        )
    return converter


def known_members(form: Any) -> frozenset[Any]:
    return frozenset(c for c in get_args(form) if isinstance(c, type) and issubclass(c, Model))


def is_outer(form: Any) -> bool:
    """Our own unions have an unknown member; those made for cattrs do not."""
    return any(isinstance(arm, type) and issubclass(arm, Unknown) for arm in get_args(form))


def is_free_choice(form: Any) -> bool:
    """Choices that cattrs cannot tell apart: left as they come, which costs it nothing."""
    return len([arm for arm in get_args(form) if arm is not type(None)]) > 1 and (
        get_origin(form) in (Union, UnionType)
    )


def round_trips(converter: Converter, payload: Any) -> bool:
    """Whether plain cattrs can read and write an event at all: it must follow its schema."""
    try:
        converter.structure(payload, EVENT)
        converter.unstructure(read_event(payload), unstructure_as=EVENT)
    except Exception:  # whatever it is, the event is left out for both
        return False
    return True


def measured(events: int, runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            for _ in range(20):
                run()
            times[name].append((time.perf_counter() - start) / 20 / events * 1e6)
    return {name: round(statistics.median(values), 3) for name, values in times.items()}


if __name__ == "__main__":
    main()
