"""The events of the streaming guide, in the shape that they come in: a corpus of real variety."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "tests" / "vectors" / "2026-05-20" / "guide_events.json"


def guide_events() -> list[Any]:
    return [vector["payload"] for vector in json.loads(FILE.read_text("utf-8"))["vectors"]]
