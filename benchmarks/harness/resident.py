"""The memory of this process, as Linux counts it."""

from __future__ import annotations

import gc
from pathlib import Path


def resident_mb() -> float:
    """Now, after garbage has been collected."""
    gc.collect()
    return _status("VmRSS")


def peak_mb() -> float:
    """The most so far, or since `forget_peak`."""
    return _status("VmHWM")


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024 / 1e6
