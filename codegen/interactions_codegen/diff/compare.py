"""Two revisions → everything that changed between them."""

from __future__ import annotations

from ..model import Revision
from .changes import Diff
from .definitions import Definitions
from .renames import paired
from .routes import route_entries


def compare(old: Revision, new: Revision) -> Diff:
    pairs = paired(old, new)
    definitions = Definitions(old, new, pairs).entries()
    return Diff(old.label, new.label, (*definitions, *route_entries(old, new, pairs)))
