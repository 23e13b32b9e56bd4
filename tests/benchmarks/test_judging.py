"""Figures become medians, ratios and verdicts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.judging import Spread, judge, outcome, spread
from benchmarks.harness.row import (
    Contender,
    Goal,
    Measure,
    Operation,
    Row,
    Samples,
    at_least,
    at_most,
)
from benchmarks.harness.taking import as_they_are

SPEED, MEMORY = Measure("events/s"), Measure("MB", 1)


def idle(_: str) -> Operation:
    return list


def samples(**found: list[float]) -> Samples:
    """Speeds by contender."""
    return Samples({name: {SPEED.name: figures} for name, figures in found.items()})


def row(*goals: Goal, contenders: tuple[str, ...] = ("ours", "theirs")) -> Row:
    return Row(
        title="A row",
        about="About it.",
        measures=(SPEED, MEMORY),
        contenders=tuple(Contender(name, "peer", idle) for name in contenders),
        take=as_they_are,
        rounds=3,
        goals=goals,
    )


def test_spread_is_the_median_and_the_quartiles_around_it() -> None:
    assert spread([5, 1, 2, 4, 3]) == Spread(3, 2, 4, 5)


@pytest.mark.parametrize(
    ("figures", "expected"), [([7.0], Spread(7, 7, 7, 1)), ([1.0, 3.0], Spread(2, 1, 3, 2))]
)
def test_spread_of_too_few_is_all_there_is(figures: list[float], expected: Spread) -> None:
    assert spread(figures) == expected


@given(st.lists(st.floats(0, 1e9), min_size=1))
def test_quartiles_lie_around_the_median(figures: list[float]) -> None:
    found = spread(figures)
    assert min(figures) <= found.low <= found.median <= found.high <= max(figures)


@pytest.mark.parametrize(
    ("goal", "is_met"),
    [
        (at_most("ours", SPEED.name, 100), True),
        (at_most("ours", SPEED.name, 99.9), False),
        (at_least("ours", SPEED.name, 100), True),
        (at_least("ours", SPEED.name, 100.1), False),
    ],
)
def test_a_limit_is_for_the_median(goal: Goal, is_met: bool) -> None:
    verdict = judge(goal, samples(ours=[1, 100, 1000]))
    assert (verdict.found, verdict.is_met) == (100, is_met)


@pytest.mark.parametrize(
    ("goal", "found", "is_met"),
    [
        (at_most("ours", SPEED.name, 0.5, of="theirs"), 0.5, True),
        (at_most("ours", SPEED.name, 0.4, of="theirs"), 0.5, False),
        (at_least("theirs", SPEED.name, 2, of="ours"), 2, True),
        (at_least("theirs", SPEED.name, 3, of="ours"), 2, False),
    ],
)
def test_a_limit_is_a_multiple_of_another_median(goal: Goal, found: float, is_met: bool) -> None:
    verdict = judge(goal, samples(ours=[9, 10, 20], theirs=[20, 1, 30]))
    assert (verdict.found, verdict.is_met) == (found, is_met)


def test_an_outcome_compares_with_ours_and_keeps_the_order() -> None:
    found = outcome(row(), samples(theirs=[30.0], ours=[10.0]))
    assert [(line.contender, line.ratio) for line in found.lines] == [("ours", 1), ("theirs", 3)]


def test_what_was_not_measured_has_no_ratio() -> None:
    only_memory = Samples({"ours": {SPEED.name: [1.0]}, "theirs": {MEMORY.name: [2.0]}})
    _, theirs = outcome(row(), only_memory).lines
    assert theirs.ratio is None
    assert list(theirs.spreads) == [MEMORY.name]


def test_an_outcome_is_met_when_every_goal_is() -> None:
    good, bad = at_least("ours", SPEED.name, 5), at_least("ours", SPEED.name, 50)
    found = samples(ours=[10.0])
    assert outcome(row(good), found).is_met
    assert not outcome(row(good, bad), found).is_met
    assert outcome(row(), found).is_met


def test_a_goal_for_what_nobody_measured_is_an_error() -> None:
    with pytest.raises(ValueError, match="no median"):
        judge(at_most("nobody", SPEED.name, 1), samples(ours=[1.0]))
