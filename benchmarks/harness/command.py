"""The command line that every row has."""

from __future__ import annotations

import argparse
import json

from .judging import outcome
from .rounds import measured, module_of
from .row import Row
from .writing import as_json, as_text


def main(row: Row, script: str) -> None:
    parser = argparse.ArgumentParser(description=f"{row.title}. {row.about}")
    parser.add_argument("--rounds", type=int, default=row.rounds, help="of each contender")
    parser.add_argument("--json", action="store_true", help="instead of a table")
    options = parser.parse_args()
    found = outcome(row, measured(module_of(script), row, options.rounds))
    print(json.dumps(as_json(found), indent=2) if options.json else as_text(found))
