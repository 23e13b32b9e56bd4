"""Runs the examples as a user would: in a process of their own, led by variables alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gemini_interactions.testing import InteractionsServer
from gemini_interactions.testing.pytest_plugin import (
    interactions_server,
    make_interactions_server,
)

__all__ = ["interactions_server", "make_interactions_server"]

EXAMPLES = Path(__file__).parents[2] / "examples"
OWN = ("GEMINI_", "GOOGLE_", "VERTEX_")


@pytest.fixture
def run(interactions_server: InteractionsServer) -> Callable[[str], str]:
    """Run an example against a fresh server; it must succeed in silence. Gives what it printed."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(OWN)}
    environ = {
        **inherited,
        "PYTHONUTF8": "1",
        "GEMINI_API_KEY": "any",
        "GOOGLE_GEMINI_BASE_URL": interactions_server.url,
    }

    def run_one(name: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", str(EXAMPLES / name)],
            env=environ,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run_one
