"""A small, fixed share of the proof; `proof.py` runs all of it."""

from __future__ import annotations

import pytest

from gemini_interactions._bindings import REVISIONS

from .proof import RULES, near_misses, valid_samples


@pytest.mark.parametrize("revision", REVISIONS)
def test_nothing_valid_is_reported(revision: str) -> None:
    outcome = valid_samples(revision, 250)
    assert outcome.wrong == []
    assert outcome.samples >= 200


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_near_miss_is_reported_at_its_pointer_and_nowhere_else(revision: str) -> None:
    outcome = near_misses(revision, 300)
    assert outcome.wrong == []
    assert len(outcome.distinct) >= 150
    assert outcome.changes.keys() == RULES.keys()
