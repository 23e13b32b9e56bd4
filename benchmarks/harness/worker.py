"""The process of one contender: gets ready once, then does one round for each line it is sent.

PYTHON -m benchmarks.harness.worker MODULE CONTENDER ADDRESS
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

from .row import Row


def main(module: str, name: str, address: str) -> None:
    row: Row = import_module(module).ROW
    contender = next(contender for contender in row.contenders if contender.name == name)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what contenders print is no figure
    operation = contender.start(address, *contender.arguments)
    take = contender.take or row.take
    print("ready", file=out, flush=True)
    for _ in sys.stdin:
        print(json.dumps(take(operation)), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
