"""What `python -X importtime` says of our import: how much each package takes of it."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from collections import defaultdict

from .peers import python_of
from .processes import environ

PROGRAM = "import gemini_interactions; gemini_interactions.Client(api_key='k').interactions"
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)")
REST = "the standard library"
SOUGHT = {"org"}
"""What the standard library looks for in vain: it belongs to another Python."""
RUNS = 9

Packages = dict[str, tuple[int, int]]
"""Package → microseconds of its own modules, and how many they are."""


def budget() -> str:
    """A table for the report: medians, in milliseconds of each package's own modules."""
    runs = [by_package(own_times(PROGRAM), own_times("")) for _ in range(RUNS)]
    head = f"What `-X importtime` says of ours (it slows imports down itself; {RUNS} runs):"
    return f"{head}\n\n{table(runs)}"


def table(runs: list[Packages]) -> str:
    names = {name for run in runs for name in run}
    spent = {name: statistics.median(run.get(name, (0, 0))[0] for run in runs) for name in names}
    count = {name: max(run.get(name, (0, 0))[1] for run in runs) for name in names}
    lines = [
        f"| {name} | {count[name]} | {spent[name] / 1e3:.1f} |"
        for name in sorted(names, key=lambda name: (-spent[name], name))
    ]
    return "\n".join(["| package | modules | ms |", "| --- | ---: | ---: |", *lines])


def own_times(program: str) -> dict[str, int]:
    """Module → microseconds of its own, of all that a program imports."""
    done = subprocess.run(
        [python_of("ours"), "-X", "importtime", "-c", program],
        cwd="/",
        env=environ(),
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return parsed(done.stderr)


def parsed(report: str) -> dict[str, int]:
    return {name: int(spent) for spent, name in LINE.findall(report)}


def by_package(found: dict[str, int], bare: dict[str, int]) -> Packages:
    """Without what a bare Python has anyway."""
    spent: dict[str, list[int]] = defaultdict(list)
    for module, own in found.items():
        if module not in bare:
            spent[package_of(module)].append(own)
    return {name: (sum(figures), len(figures)) for name, figures in spent.items()}


def package_of(module: str) -> str:
    package = module.partition(".")[0]
    return REST if package in sys.stdlib_module_names or package in SOUGHT else package
