"""Killed at any moment, a run leaves the old copy or the new one; the next one clears up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = Path(__file__).parent / "killing.py"


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_kills(place: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    command = [sys.executable, "-W", "error", str(DRIVER), str(place / "place")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kills = json.loads(done.stdout)
    assert kills["random"] == 200
    assert kills["exchanged"] > 60
    assert kills["journalled"] > kills["exchanged"]
