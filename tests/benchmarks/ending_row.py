"""A row whose contender ends before it gives a figure: see test_rounds.py."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.harness.row import Contender

from . import tiny_row

ROW = replace(tiny_row.ROW, contenders=(Contender("gone", "nothing", tiny_row.end),))
