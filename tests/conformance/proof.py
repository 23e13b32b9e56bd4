"""The proof that the conformance kit bites where it should, and nowhere else.

    python tests/conformance/proof.py [--valid 12000] [--near-misses 12000] [--json]

For every revision: so many valid samples of requests, answers, events, errors, of every type and
of whole streams, none of which may be reported; and so many near-misses of the same, each of
which must be reported at the right pointer, by the right rule, and nowhere else. Small types have
fewer values than were asked for. Every run draws the same samples. Exit code 1 if one of them is
judged wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from attrs import define, field
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from gemini_interactions._bindings import REVISIONS
from gemini_interactions.conformance import Deviation, StreamJudge, Validator, strategies

KINDS = ("request", "interaction", "event", "error")
STREAM_SHARE = 5
"""One in so many samples is a whole stream, one is of any type, the rest are what travels."""
RULES = {
    "drop": {"required"},
    "null": {"type"},
    "retype": {"type"},
    "unknown-variant": {"unknown-variant"},
    "unknown-field": {"unknown-field"},
    "unknown-value": {"unknown-value", "const"},
    "cut": {"type", "terminal", "done"},
    "drop-event": {"created-first", "open"},
    "repeat-event": {"created-once", "start-once", "after-stop", "after-terminal"},
}


@define
class Outcome:
    """What was drawn, and what was judged wrong."""

    samples: int = 0
    changes: Counter[str] = field(factory=lambda: Counter[str]())
    distinct: set[str] = field(factory=lambda: set[str]())
    wrong: list[str] = field(factory=lambda: list[str]())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--valid", type=int, default=12_000)
    parser.add_argument("--near-misses", type=int, default=12_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for revision in REVISIONS:
        began = time.perf_counter()
        valid = valid_samples(revision, options.valid // len(REVISIONS) + 1)
        near = near_misses(revision, options.near_misses // len(REVISIONS) + 1)
        rows.append(
            {
                "revision": revision,
                "valid": valid.samples,
                "reported": len(valid.wrong),
                "near_misses": near.samples,
                "distinct": len(near.distinct),
                "misjudged": len(near.wrong),
                "changes": dict(sorted(near.changes.items())),
                "seconds": round(time.perf_counter() - began, 1),
            }
        )
        for problem in (*valid.wrong[:5], *near.wrong[:5]):
            print(f"{revision}: {problem}", file=sys.stderr)
    print(json.dumps(rows) if options.json else table(rows))
    return int(any(row["reported"] or row["misjudged"] for row in rows))


def table(rows: list[dict[str, Any]]) -> str:
    columns = ("revision", "valid", "reported", "near_misses", "distinct", "misjudged", "seconds")
    lines = ["  ".join(f"{name:>11}" for name in columns)]
    lines += ["  ".join(f"{row[name]:>11}" for name in columns) for row in rows]
    total = Counter[str]()
    for row in rows:
        total.update(row["changes"])
    changes = ", ".join(f"{name} {count}" for name, count in total.most_common())
    return "\n".join([*lines, f"changes: {changes}"])


def valid_samples(revision: str, count: int) -> Outcome:
    """Valid samples: each is wrong if anything is reported."""
    validator, outcome = Validator(revision), Outcome()
    for what, size in shares(validator, count):
        if what == "stream":
            for exchange in sampled(strategies.exchanges(revision), size):
                found = judged_stream(validator, exchange.events, stored=exchange.stored)
                note_valid(outcome, exchange.events, [d for _, d in found])
        elif what in KINDS:
            for payload in sampled(strategies.payloads(what, revision), size):
                note_valid(outcome, payload, validator.judge(what, payload))
        else:
            for payload in sampled(strategies.values(what, revision), size):
                note_valid(outcome, payload, validator.value(what, payload))
    return outcome


def near_misses(revision: str, count: int) -> Outcome:
    """Near-misses: each is wrong unless it is reported at its pointer alone."""
    validator, outcome = Validator(revision), Outcome()
    for what, size in shares(validator, count):
        for miss in sampled(strategies.near_misses(what, revision), size):
            if what == "stream":
                found = judged_stream(validator, miss.payload, done=miss.change != "cut")
            elif what in KINDS:
                found = [(d.pointer, d) for d in validator.judge(what, miss.payload)]
            else:
                found = [(d.pointer, d) for d in validator.value(what, miss.payload)]
            outcome.samples += 1
            outcome.changes[miss.change] += 1
            outcome.distinct.add(f"{what} {json.dumps(miss.payload)}")
            if not found or not all(
                pointer == miss.pointer and deviation.rule in RULES[miss.change]
                for pointer, deviation in found
            ):
                places = [(pointer, deviation.rule) for pointer, deviation in found]
                outcome.wrong.append(
                    f"{what}: {miss.change} at {miss.pointer!r} reported as {places}: "
                    f"{json.dumps(miss.payload)[:400]}"
                )
    return outcome


def shares(validator: Validator, count: int) -> Iterator[tuple[Any, int]]:
    """How many samples of what."""
    names = sorted(validator.schema.definitions)
    share = count // STREAM_SHARE
    for name in names:
        yield name, share // len(names) + 1
    yield "stream", share
    rest = count - share - (share // len(names) + 1) * len(names)
    for kind in KINDS:
        yield kind, max(1, rest // len(KINDS))


def note_valid(outcome: Outcome, payload: Any, found: list[Deviation]) -> None:
    outcome.samples += 1
    if found:
        outcome.wrong.append(f"{found[0]} in {json.dumps(payload)[:400]}")


def judged_stream(
    validator: Validator, events: list[Any], *, done: bool = True, stored: Any = None
) -> list[tuple[str, Deviation]]:
    """All that is found in a stream, each with the pointer into the list of its events."""
    judge = StreamJudge(validator)
    found = [
        (f"/{number}{deviation.pointer}", deviation)
        for number, event in enumerate(events)
        for deviation in judge.add(event)
    ]
    return found + [(deviation.pointer, deviation) for deviation in judge.end(done, stored)]


def sampled(strategy: SearchStrategy[Any], count: int) -> list[Any]:
    """Samples of a strategy, the same ones on every run; fewer if there are not so many."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(sample: Any) -> None:
        found.append(sample)

    collect()
    return found


if __name__ == "__main__":
    sys.exit(main())
