"""Every Python block of docs/mcp.md, run in order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "mcp.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page() -> None:
    names: dict[str, Any] = {"__name__": "page"}
    for block in BLOCK.findall(PAGE.read_text("utf-8")):
        exec(compile(block, str(PAGE), "exec"), names)
    assert names["weather"]["city"] == "Paris"
