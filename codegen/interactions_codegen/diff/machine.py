"""A comparison for programs."""

from __future__ import annotations

import json
from typing import Any

from attrs import asdict

from .changes import Diff
from .wording import counts


def json_report(diff: Diff) -> str:
    content: dict[str, Any] = {
        "old": diff.old,
        "new": diff.new,
        "verdict": diff.verdict,
        "counts": counts(diff),
        "changes": [asdict(change) for change in diff.changes],
    }
    return json.dumps(content, indent=2) + "\n"
