"""A row from beginning to end, and the command line that every row has."""

from __future__ import annotations

import argparse
import json

from .judging import Outcome, outcome
from .rounds import measured, module_of
from .row import Row
from .writing import as_json, as_text


def run(module: str, row: Row, rounds: int) -> Outcome:
    samples = measured(module, row, rounds)
    return outcome(row, samples, row.appendix() if row.appendix else "")


def main(row: Row, script: str) -> None:
    parser = argparse.ArgumentParser(description=f"{row.title}. {row.about}")
    parser.add_argument("--rounds", type=int, default=row.rounds, help="of each contender")
    parser.add_argument("--json", action="store_true", help="instead of a table")
    options = parser.parse_args()
    found = run(module_of(script), row, options.rounds)
    print(json.dumps(as_json(found), indent=2) if options.json else as_text(found))
