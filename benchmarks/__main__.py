"""Every row, one after the other, into one report.

python -m benchmarks [--only ROW ...] [--rounds N] [--write FILE] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

from .harness.command import run
from .harness.judging import Outcome
from .harness.machine import facts
from .harness.report import report
from .harness.row import Row
from .harness.writing import as_json, as_text

ROWS = (
    "import_time",
    "first_use",
    "unary",
    "first_event",
    "text_deltas",
    "sse_decoders",
    "image_deltas",
    "memory",
    "many_streams",
    "converters",
    "assembly",
    "conformance",
    "generation",
    "checkers",
)
"""In the order of the report."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=ROWS, metavar="ROW")
    parser.add_argument("--rounds", type=int, default=sys.maxsize, help="at most, of each row")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the report, as Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures")
    options = parser.parse_args()
    machine, begin = facts(), time.perf_counter()
    outcomes: dict[str, Outcome] = {}
    for name in options.only:
        module = f"benchmarks.{name}"
        row: Row = import_module(module).ROW
        outcomes[name] = run(module, row, min(row.rounds, options.rounds))
        print(f"\n{as_text(outcomes[name])}\n", flush=True)
    minutes = (time.perf_counter() - begin) / 60
    print(f"{len(outcomes)} rows in {minutes:.1f} minutes", file=sys.stderr)
    if options.json:
        rows = {name: as_json(found) for name, found in outcomes.items()}
        options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")
    if options.write:
        options.write.write_text(report(outcomes, machine), "utf-8")


if __name__ == "__main__":
    main()
