"""A program in a bare Python of its own: how long it takes, and how much memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

from .processes import environ
from .row import Figures, Measure

TIME = Measure("ms", 1)
MEMORY = Measure("MB over bare Python", 1)

FRAME = """
import time
def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * {page}
before, begin = resident(), time.perf_counter()
{program}
spent, grown = time.perf_counter() - begin, resident() - before
print('{{"%s": %f, "%s": %f}}' % ({time!r}, spent * 1e3, {memory!r}, grown / 1e6))
"""


def run(program: str, *arguments: str) -> Figures:
    """By the Python that runs this. Nothing is imported before the clock starts."""
    framed = FRAME.format(
        program=program, page=resource.getpagesize(), time=TIME.name, memory=MEMORY.name
    )
    done = subprocess.run(
        [sys.executable, "-c", framed, *arguments],
        cwd="/",
        env=environ(),
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: Figures = json.loads(done.stdout)
    return figures
