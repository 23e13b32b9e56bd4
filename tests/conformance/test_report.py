"""Reports: what they count, and that every form of them holds for whoever reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_interactions._bindings import REVISIONS
from gemini_interactions.conformance import Deviation, Finding, Place
from gemini_interactions.conformance.corpus import examine_all
from gemini_interactions.conformance.examining import Options
from gemini_interactions.conformance.inputs import find_sources
from gemini_interactions.conformance.recordings import Exchange
from gemini_interactions.conformance.report import InputResult, Report
from gemini_interactions.conformance.report import report as report_module
from gemini_interactions.conformance.report.as_json import json_report
from gemini_interactions.conformance.report.coverage import ground_of, part_counts, walker_of
from gemini_interactions.conformance.report.junit import junit_report
from gemini_interactions.conformance.report.page import html_report
from gemini_interactions.conformance.report.report import pattern_of
from gemini_interactions.conformance.report.terminal import summary
from gemini_interactions.conformance.report.timeline import MOST_TICKS, TimelineBuilder
from gemini_interactions.conformance.schemas import schema_of

Record = Callable[[Path, Sequence[Exchange]], Path]

NASTY = "</script><img src=x onerror=alert(1)>\"'&\x00\x1b[31m\ud800\N{RIGHT-TO-LEFT OVERRIDE}]]>"


def finding(
    rule: str = "type",
    pointer: str = "/steps/3/text",
    known: str | None = None,
    kind: Any = "interaction",
    source: str = "a.json",
    **more: Any,
) -> Finding:
    values: Any = {"message": "m", "got": 7, "type": "TextContent", **more}
    deviation = Deviation(pointer=pointer, rule=rule, known=known, **values)
    return Finding(place=Place(source=source, position="line 1"), kind=kind, deviation=deviation)


def report_of(*findings: Finding, name: str = "a.json") -> Report:
    result = InputResult(name, "json")
    report = Report(inputs=[result])
    for each in findings:
        report.add(result, each)
    return report


# --- counting ----------------------------------------------------------------------------------


def test_groups_join_places_and_keep_the_rest_apart() -> None:
    report = report_of(
        finding(),
        finding(pointer="/steps/17/text"),
        finding(pointer="/steps/1/9"),
        finding(rule="required"),
        finding(known="x"),
        finding(kind="event"),
        finding(kind="input"),
    )
    counted = {(g.kind, g.rule, g.pattern, g.known): g.count for g in report.groups.values()}
    assert counted == {
        ("interaction", "type", "/steps/*/text", None): 2,
        ("interaction", "type", "/steps/*/*", None): 1,
        ("interaction", "required", "/steps/*/text", None): 1,
        ("interaction", "type", "/steps/*/text", "x"): 1,
        ("event", "type", "/steps/*/text", None): 1,
    }
    assert report.deviations(strict=False) == 5
    assert report.deviations(strict=True) == 6
    assert report.unreadable_parts == 1
    first = next(report.ordered(strict=False))
    assert [pointer for _, pointer in first.examples] == ["/steps/3/text", "/steps/17/text"]


def test_what_conforms_depends_on_the_mode() -> None:
    known, unknown = report_of(finding(known="x")), report_of(finding())
    assert known.conforms(strict=False)
    assert not known.conforms(strict=True)
    assert not unknown.conforms(strict=False)
    assert not report_of(finding(kind="input")).conforms(strict=False)


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.builds(
                finding,
                rule=st.sampled_from("ab"),
                pointer=st.sampled_from(["/1", "/2/x", "/x"]),
                known=st.sampled_from([None, "k"]),
                kind=st.sampled_from(["event", "stream", "input"]),
            ),
            max_size=30,
        ),
        max_size=6,
    ),
    st.integers(0, 6),
)
def test_merging_counts_everything_once(inputs: list[list[Finding]], cut: int) -> None:
    """Merging input by input, or of what was merged before, comes to the same."""

    def merged(part: list[list[Finding]]) -> Report:
        whole = Report()
        for found in part:
            whole.merge(report_of(*found))
        return whole

    one = merged(inputs)
    two = merged(inputs[:cut])
    two.merge(merged(inputs[cut:]))
    assert json_report(one, strict=False) == json_report(two, strict=False)
    assert sum(group.count for group in one.groups.values()) == one.deviations(strict=True)
    assert one.deviations(strict=True) + one.unreadable_parts == sum(map(len, inputs))


def test_a_report_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "MOST_GROUPS", 5)
    whole = Report()
    for number in range(4):
        found = [finding(pointer=f"/f{number}{letter}") for letter in "abc" * 20]
        whole.merge(report_of(*found))
    assert len(whole.groups) == 5
    assert sum(g.count for g in whole.groups.values()) + whole.ungrouped == 240
    assert whole.deviations(strict=False) == 240
    assert all(len(each.examples) == report_module.EXAMPLES for each in whole.inputs)
    whole.merge(report_of(*(finding(pointer="/f0a") for _ in range(20))))
    assert all(len(group.examples) <= report_module.EXAMPLES for group in whole.groups.values())


def test_streams_with_deviations_keep_their_room() -> None:
    whole = Report()
    for number in range(100):
        builder = TimelineBuilder(Place(source=str(number)), "2026-05-20")
        whole.keep(builder.over([finding().deviation] if number > 95 else []))
    kept = [int(timeline.place.source) for timeline in whole.timelines]
    assert kept == [*range(report_module.MOST_TIMELINES), 96, 97, 98, 99]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["0", "12", "a", "1a", "~1"]), max_size=5))
def test_patterns(parts: list[str]) -> None:
    pointer = "".join(f"/{part}" for part in parts)
    wanted = "".join("/*" if part.isdigit() else f"/{part}" for part in parts)
    assert pattern_of(pointer) == wanted


# --- coverage ----------------------------------------------------------------------------------


def test_coverage_counts_what_is_there() -> None:
    counts: dict[str, int] = {}
    interaction = {
        "status": "completed",
        "id": 7,
        "unheard_of": 1,
        "steps": [
            {"type": "model_output", "content": [{"type": "text", "text": "a"}, {"type": "x"}]},
            {"type": "thought", "signature": "s"},
            {"type": "nobody_knows"},
            7,
        ],
    }
    walker_of("2026-05-20").see("interaction", interaction, counts)
    assert counts == {
        "Interaction": 1,
        "Interaction.status": 1,
        "InteractionStatus=completed": 1,
        "Interaction.id": 1,
        "Interaction.steps": 1,
        "ModelOutputStep": 1,
        "ModelOutputStep.type": 1,
        "ModelOutputStep.content": 1,
        "TextContent": 1,
        "TextContent.type": 1,
        "TextContent.text": 1,
        "ThoughtStep": 1,
        "ThoughtStep.type": 1,
        "ThoughtStep.signature": 1,
    }


@pytest.mark.parametrize(
    ("asked", "seen", "unseen"),
    [
        ({"model": "m", "input": "x"}, "CreateModelInteraction", "CreateAgentInteraction"),
        ({"agent": "m", "input": "x"}, "CreateAgentInteraction", "CreateModelInteraction"),
        ({"model": "m", "input": [{"type": "user_input", "content": []}]}, "UserInputStep", "?"),
        ({"model": "m", "input": [{"type": "text", "text": "x"}]}, "TextContent", "UserInputStep"),
        ({"model": "m", "input": {"type": "text", "text": "x"}}, "TextContent", "UserInputStep"),
    ],
)
def test_coverage_follows_the_rules_of_choices(
    asked: dict[str, Any], seen: str, unseen: str
) -> None:
    counts: dict[str, int] = {}
    walker_of("2026-05-20").see("request", asked, counts)
    assert counts.get(seen) == 1
    assert unseen not in counts


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_ground_is_the_whole_schema(revision: str) -> None:
    ground = ground_of(revision, {})
    definitions = schema_of(revision).definitions
    kinds = {name: "enum" in each for name, each in definitions.items()}
    assert {each.name for each in ground.enums} == {name for name in kinds if kinds[name]}
    assert {each.name for each in ground.types} == {
        name for name, each in definitions.items() if each.get("type") == "object"
    }
    shares = part_counts(ground)
    assert [share.seen for share in shares] == [0, 0, 0, 0]
    assert all(share.all for share in shares)


# --- timelines ---------------------------------------------------------------------------------


def test_timelines_of_long_streams_are_thinned() -> None:
    builder = TimelineBuilder(Place(source="x"), "2026-05-20")
    builder.add({"event_type": "step.start", "index": 0, "step": {"type": "thought"}}, 0.5, [])
    for number in range(10_000):
        event = {"event_type": "step.delta", "index": 0, "delta": {"type": "text"}}
        builder.add(event, 1 + number / 100, [])
    builder.add({"event_type": "step.stop", "index": 0}, 200.0, [])
    timeline = builder.over([])
    (lane,) = timeline.lanes
    assert lane.deltas == {"text": 10_000}
    assert MOST_TICKS / 2 <= len(lane.ticks) <= MOST_TICKS
    assert lane.ticks == sorted(lane.ticks)
    assert (lane.start, lane.stop, lane.ticks[0], timeline.end) == (0.5, 200.0, 1.0, 200.0)
    assert lane.ticks[-1] > 100
    gaps = {round(b - a, 6) for a, b in zip(lane.ticks, lane.ticks[1:], strict=False)}
    assert len(gaps) == 1


def test_timelines_without_times_count_events() -> None:
    builder = TimelineBuilder(Place(source="x"), "2026-05-20")
    odd = [finding().deviation]
    builder.add({"event_type": "interaction.created", "interaction": {"id": "i"}}, None, [])
    builder.add({"event_type": "step.start", "index": 2, "step": {}}, None, odd)
    builder.add(["no event"], None, [])
    timeline = builder.over(odd)
    assert (timeline.timed, timeline.end, timeline.events) == (False, 3.0, 3)
    assert timeline.interaction == "i"
    assert timeline.faults == [2.0, 3.0]
    assert [(lane.index, lane.start) for lane in timeline.lanes] == [(2, 2.0)]


# --- forms -------------------------------------------------------------------------------------


def nasty_report(tmp_path: Path) -> Report:
    """Everything that comes from outside says something that must not be believed."""
    whole = Report()
    texts: Any = {"message": NASTY, "got": {NASTY: NASTY}, "type": NASTY}
    for kind in ("event", "input"):
        found = finding(NASTY, f"/{NASTY}", kind=kind, source=NASTY, **texts)
        known = finding(NASTY, f"/{NASTY}", NASTY, source=NASTY, **texts)
        whole.merge(report_of(found, known, name=NASTY))
    builder = TimelineBuilder(Place(source=NASTY, position=NASTY), "2026-05-20")
    for event in (
        {"event_type": NASTY, "interaction_id": NASTY, "status": NASTY},
        {"event_type": "step.start", "index": 0, "step": {"type": NASTY}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": NASTY}},
    ):
        builder.add(event, 0.5, [])
    whole.keep(builder.over([finding().deviation]))
    whole.coverage["2026-05-20"] = {"Interaction": 3, "Interaction.id": 2}
    return whole


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes |= {f"{tag} {name}" for name, _ in attrs}
        if tag not in ("meta", "link", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {f"{tag} {name}" for name, _ in attrs}
        self.tags[tag] = self.tags.get(tag, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("strict", [True, False])
def test_the_page_escapes_what_comes_from_outside(tmp_path: Path, strict: bool) -> None:
    text = html_report(nasty_report(tmp_path), strict=strict)
    assert "\x00" not in text
    assert "\x1b" not in text
    text.encode()
    page = Page(text)
    assert not page.open
    assert "img" not in page.tags
    assert page.tags["script"] == page.tags["style"] == 1
    assert not {name for name in page.attributes if name.split()[1].startswith("on")}
    assert not {name for name in page.attributes if name.endswith((" style", " src"))}
    assert "<img src=x onerror=alert(1)>" in page.text


def test_the_page_asks_for_nothing(tmp_path: Path) -> None:
    text = html_report(nasty_report(tmp_path), strict=False)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert "default-src &#x27;none&#x27;" in policy
    assert "unsafe" not in policy
    assert not re.findall(r'(?:src|href|action)="(?!#|data:,")', text)
    assert "url(" not in text
    assert "@import" not in text


def test_an_empty_report_has_every_form() -> None:
    for strict in (True, False):
        assert "conforms" in list(summary(Report(), strict=strict))[-1]
        assert json.loads(json_report(Report(), strict=strict))["conforms"] is True
        assert ElementTree.fromstring(junit_report(Report(), strict=strict)).get("tests") == "0"
        assert Page(html_report(Report(), strict=strict)).tags["section"] == 4


def test_junit_is_xml_that_ci_can_count(tmp_path: Path) -> None:
    whole = nasty_report(tmp_path)
    whole.merge(report_of(finding(known="k"), name="known.json"))
    whole.merge(report_of(name="good.json"))
    for strict, failures in ((True, 2), (False, 1)):
        root = ElementTree.fromstring(junit_report(whole, strict=strict).encode())
        (suite,) = root.findall("testsuite")
        for element in (root, suite):
            counts = [element.get(name) for name in ("tests", "failures", "errors")]
            assert counts == ["4", str(failures), "1"]
        cases = suite.findall("testcase")
        assert len(suite.findall(".//failure")) == failures
        assert len(suite.findall(".//error")) == 1
        assert [case.get("name") for case in cases][2:] == ["known.json", "good.json"]
        assert "<img src=x" in str(cases[0].get("name"))
        assert (cases[2].find("failure") is not None) == strict
        assert (cases[2].find("system-out") is None) == strict
        assert len(cases[3]) == 0


GOLDEN_SUMMARY = """\
unreadable: a.json, line 1: m

     3 x type: m
         interaction /steps/*/text, got 7
         in a.json, line 1 at /steps/3/text and 2 other places
     1 x required: m
         event /, got 7
         in a.json, line 1

known deviations, allowed without --strict: some-note x 1
seen of 2026-05-20: 0 of 7 events, 1 of 145 types, 1 of 569 fields, 0 of 236 enum values
1 input: 1 interaction, 2 streams; 3 files skipped by name
does not conform: 4 deviations and 1 place that cannot be read
"""


def small_report() -> Report:
    report = report_of(
        finding(kind="input"),
        *(finding(pointer=f"/steps/{number}/text") for number in (3, 4, 5)),
        finding("required", "", kind="event"),
        finding(known="some-note"),
    )
    report.coverage["2026-05-20"] = {"Interaction": 3, "Interaction.id": 2}
    report.totals.interactions = 1
    report.totals.streams = 2
    report.skipped = 3
    return report


def test_the_summary_says_the_worst_first() -> None:
    said = "".join(f"{line}\n" for line in summary(small_report(), strict=False))
    ground = schema_of("2026-05-20").definitions
    types = sum(each.get("type") == "object" for each in ground.values())
    fields = sum(len(each.get("properties", {})) for each in ground.values())
    values = sum(len(each.get("enum", ())) for each in ground.values())
    wanted = GOLDEN_SUMMARY.replace("145", str(types)).replace("569", str(fields))
    assert said == wanted.replace("236", str(values))


def test_the_form_for_programs() -> None:
    content = json.loads(json_report(small_report(), strict=False))
    assert (content["report"], content["version"]) == ("gemini-interactions conform", 1)
    assert [content[key] for key in ("strict", "conforms")] == [False, False]
    assert content["totals"] == {
        "inputs": 1,
        "skipped": 3,
        "requests": 0,
        "interactions": 1,
        "events": 0,
        "errors": 0,
        "streams": 2,
        "bytes": 0,
        "deviations": 4,
        "known": 1,
        "unreadable": 1,
        "ungrouped": 0,
    }
    place = {"source": "a.json", "position": "line 1"}
    assert content["unreadable"] == [{**place, "rule": "type", "message": "m", "got": 7}]
    assert content["deviations"][0] == {
        "rule": "type",
        "kind": "interaction",
        "type": "TextContent",
        "pointer": "/steps/*/text",
        "message": "m",
        "got": 7,
        "known": None,
        "counts": True,
        "count": 3,
        "examples": [{**place, "pointer": f"/steps/{number}/text"} for number in (3, 4, 5)],
    }
    assert [group["counts"] for group in content["deviations"]] == [True, True, False]
    assert content["inputs"][0]["name"] == "a.json"
    assert content["coverage"]["2026-05-20"]["types"]["Interaction"]["seen"] == 3
    assert content["coverage"]["2026-05-20"]["types"]["Interaction"]["fields"]["id"] == 2
    assert content["coverage"]["2026-05-20"]["events"]["error"] == 0


def test_real_traffic_in_every_form(
    turns: list[list[Exchange]], tmp_path: Path, record: Record
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, exchanges in enumerate(turns):
        record(folder / f"{number:02}.jsonl", exchanges)
    report = examine_all(find_sources([str(folder)]), Options())
    page = Page(html_report(report, strict=False))
    assert page.tags["figure"] == len(turns)
    assert page.tags["svg"] >= len(turns) * 2
    content = json.loads(json_report(report, strict=False))
    assert len(content["streams"]) == len(turns)
    for stream in content["streams"]:
        assert stream["interaction"]
        assert stream["timed"]
        for lane in stream["lanes"]:
            assert 0 <= lane["start"] <= lane["stop"] <= stream["end"]
            assert sum(lane["deltas"].values()) == len(lane["ticks"])
    for revision in ("2026-05-20", "2026-05-07"):
        events = content["coverage"][revision]["events"]
        assert [name for name, count in events.items() if not count] == ["error"]
