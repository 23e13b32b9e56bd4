"""What a reader of the report, of a terminal and of JSON is given."""

from __future__ import annotations

import json
from dataclasses import replace

from benchmarks.harness.judging import Outcome, outcome
from benchmarks.harness.machine import facts
from benchmarks.harness.report import report
from benchmarks.harness.row import Contender, Measure, Operation, Row, Samples, at_least, at_most
from benchmarks.harness.taking import as_they_are
from benchmarks.harness.writing import as_json, as_markdown, as_text

SPEED, MEMORY = Measure("events/s"), Measure("MB", 1)


def idle(_: str) -> Operation:
    return list


ROW = Row(
    title="A row",
    about="About it.",
    measures=(SPEED, MEMORY),
    contenders=(Contender("ours", "a", idle), Contender("theirs", "b", idle)),
    take=as_they_are,
    rounds=3,
    goals=(
        at_least("ours", SPEED.name, 1500),
        at_most("ours", MEMORY.name, 0.5, of="theirs"),
    ),
    tried="Tried this.",
)
SAMPLES = Samples(
    {
        "ours": {SPEED.name: [1000, 1234.4, 2000], MEMORY.name: [1.04]},
        "theirs": {SPEED.name: [12.0], MEMORY.name: [4.0]},
    }
)


def found(samples: Samples = SAMPLES, appendix: str = "") -> Outcome:
    return outcome(ROW, samples, appendix)


def test_markdown_of_a_row() -> None:
    assert as_markdown(found(appendix="And more.")) == (
        "## A row\n"
        "\n"
        "About it.\n"
        "\n"
        "|  | events/s | MB | times ours | rounds |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| ours | 1,234 (1,117 to 1,617) | 1.0 | 1.00 | 3 |\n"
        "| theirs | 12 | 4.0 | 0.01 | 1 |\n"
        "\n"
        "- **not met**: ours: at least 1,500 events/s; is 1,234\n"
        "- met: ours: at most 0.50 times theirs, MB; is 0.26\n"
        "\n"
        "Tried this.\n"
        "\n"
        "And more."
    )


def test_what_was_tried_is_told_only_of_goals_that_are_missed() -> None:
    faster = Samples({**SAMPLES.found, "ours": {SPEED.name: [1500], MEMORY.name: [1.0]}})
    assert "Tried this." not in as_markdown(found(faster))


def test_text_is_the_same_table_in_columns() -> None:
    lines = as_text(found()).splitlines()
    assert lines[0] == "A row"
    table = lines[2:5]
    assert [line.split()[0] for line in table] == ["events/s", "ours", "theirs"]
    assert len({len(line) for line in table}) == 1
    assert lines[-2:] == [
        "**not met**: ours: at least 1,500 events/s; is 1,234",
        "met: ours: at most 0.50 times theirs, MB; is 0.26",
    ]


def test_what_was_not_measured_is_a_dash() -> None:
    some = Samples({"ours": SAMPLES.found["ours"], "theirs": {MEMORY.name: [4.0]}})
    assert "| theirs | - | 4.0 | - | 1 |" in as_markdown(found(some))


def test_json_has_every_figure_in_full() -> None:
    written = json.loads(json.dumps(as_json(found())))
    ours = written["contenders"]["ours"]
    assert ours["events/s"] == {"median": 1234.4, "low": 1117.2, "high": 1617.2, "rounds": 3}
    assert written["contenders"]["theirs"]["ratio"] == 12 / 1234.4
    assert [goal["met"] for goal in written["goals"]] == [False, True]


def test_the_machine_and_every_version_are_told() -> None:
    found = facts()
    assert all(found.values())
    assert "google-genai 3.4.0" in found["peers"]


def test_the_report_has_every_goal_in_one_table_and_every_row_after_it() -> None:
    met = replace(ROW, title="Another row", goals=ROW.goals[1:])
    page = report({"one": found(), "two": outcome(met, SAMPLES)}, {"cores": "2"})
    assert "- cores: 2\n" in page
    assert "| `one` | ours: at least 1,500 events/s | 1,234 | **not met** |\n" in page
    assert "| `two` | ours: at most 0.50 times theirs, MB | 0.26 | met |\n" in page
    assert page.index("## Goals") < page.index("## A row") < page.index("## Another row")
    assert page.endswith("Measured by `python -m benchmarks.two`.\n")
    assert page == report({"one": found(), "two": outcome(met, SAMPLES)}, {"cores": "2"})
