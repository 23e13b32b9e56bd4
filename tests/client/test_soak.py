"""A small run of benchmarks/soak.py: exact or refused, and nothing left behind."""

from __future__ import annotations

import logging
import os
import runpy
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts in /proc")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_small_soak(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        report = runpy.run_path(str(SOAK))["soak"](threads=16, streams=10, seed=seed)
    assert report.is_good, report
    assert report.exact > 100
