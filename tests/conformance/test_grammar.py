"""Streams: what their order has to be, in both event families."""

from __future__ import annotations

import json
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_interactions._bindings import REVISIONS
from gemini_interactions.conformance import Deviation, StreamJudge, Validator
from gemini_interactions.testing import SCENARIOS, RecordedRequest
from gemini_interactions.testing.fault_plan import FaultPlan
from gemini_interactions.testing.service import Service
from gemini_interactions.testing.settings import Settings

from .proof import judged_stream

VECTORS = Path(__file__).parents[1] / "vectors" / "2026-05-20"
LATEST, LEGACY = "2026-05-20", "2026-05-07"
Json = dict[str, Any]


def created(status: str = "in_progress", **fields: Any) -> Json:
    interaction = {"id": "a", "status": status, **fields}
    return {"event_type": "interaction.created", "interaction": interaction}


def updated(status: str, identity: str = "a") -> Json:
    kind = "interaction.status_update"
    return {"event_type": kind, "interaction_id": identity, "status": status}


def completed(status: str = "completed", identity: str = "a") -> Json:
    interaction = {"id": identity, "status": status}
    return {"event_type": "interaction.completed", "interaction": interaction}


def start(index: int, kind: str = "model_output", **fields: Any) -> Json:
    return {"event_type": "step.start", "index": index, "step": {"type": kind, **fields}}


def delta(index: int, kind: str = "text", **fields: Any) -> Json:
    said = fields or {"text": "a"}
    return {"event_type": "step.delta", "index": index, "delta": {"type": kind, **said}}


def stop(index: int) -> Json:
    return {"event_type": "step.stop", "index": index}


def numbered(*events: Json, ids: list[str]) -> list[Json]:
    return [{**event, "event_id": name} for event, name in zip(events, ids, strict=True)]


def legacy(*events: Json) -> list[Json]:
    """The same events as the legacy family spells them."""
    text = json.dumps(events)
    for new, old in [
        ("interaction.created", "interaction.start"),
        ("interaction.completed", "interaction.complete"),
        ("step.", "content."),
        ('"step": {"type": "model_output"', '"content": {"type": "text", "text": ""'),
        ('"interaction": {', '"interaction": {"created": "c", "updated": "u", '),
    ]:
        text = text.replace(new, old)
    spelled: list[Json] = json.loads(text)
    return spelled


CALL = {"id": "c", "name": "f", "arguments": {}}
ERROR = {"event_type": "error", "error": {"code": "x", "message": "y"}}
TEXT = (start(0), delta(0), stop(0))

GOOD: list[tuple[str, list[Json]]] = [
    ("nothing said", [created(), completed()]),
    ("a text", [created(), updated("in_progress"), *TEXT, completed()]),
    ("side by side",
     [created(), start(0), start(1), delta(1), delta(0), stop(1), stop(0), completed()]),
    ("queued first", [created("queued"), updated("queued"), updated("in_progress"), completed()]),
    ("closed twice in words", [created(), updated("failed"), completed("failed")]),
    ("cancelled halfway",
     [created(), start(0), delta(0), updated("cancelled"), completed("cancelled")]),
    ("broken off", [created(), start(0), delta(0), ERROR]),
    ("broken off at once", [ERROR]),
    ("counted ids", numbered(created(), *TEXT, completed(), ids=["e7", "e8", "e9", "e10", "e11"])),
    ("other ids", numbered(created(), *TEXT, completed(), ids=["x9", "a1", "x8", "b", "c"])),
    ("not stored", [created(id=""), completed(identity="")]),
]  # fmt: skip

BAD: list[tuple[str, list[Json], list[tuple[str, str]]]] = [
    ("no opening", [*TEXT, completed()], [("/0/event_type", "created-first")]),
    ("late opening", [updated("in_progress"), created(), completed()],
     [("/0/event_type", "created-first"), ("/1/event_type", "created-once")]),
    ("two openings", [created(), created(), completed()], [("/1/event_type", "created-once")]),
    ("no start", [created(), delta(0), stop(0), completed()], [("/1/index", "start")]),
    ("only a stop", [created(), stop(0), completed()], [("/1/index", "start")]),
    ("two starts", [created(), start(0), *TEXT, completed()], [("/2/index", "start-once")]),
    ("a gap", [created(), start(1), stop(1), completed()], [("/1/index", "index")]),
    ("after its stop", [created(), *TEXT, delta(0), completed()], [("/4/index", "after-stop")]),
    ("two stops", [created(), *TEXT, stop(0), completed()], [("/4/index", "after-stop")]),
    ("left open", [created(), start(0), delta(0), completed()], [("/3/event_type", "open")]),
    ("after the end", [created(), completed(), *TEXT], [
        ("/2/event_type", "after-terminal"), ("/3/event_type", "after-terminal"),
        ("/4/event_type", "after-terminal")]),
    ("two ends", [created(), completed(), completed()], [("/2/event_type", "after-terminal")]),
    ("no end", [created(), *TEXT], [("", "terminal")]),
    ("an error that was not the end", [created(), ERROR, *TEXT], [("", "terminal")]),
    ("closed while at work", [created(), completed("in_progress")],
     [("/1/interaction/status", "status")]),
    ("back in the queue", [created(), updated("queued"), completed()], [("/1/status", "status")]),
    ("back to work", [created(), updated("completed"), updated("in_progress"), completed()],
     [("/2/status", "status")]),
    ("two outcomes", [created(), updated("failed"), completed()],
     [("/2/interaction/status", "status")]),
    ("another interaction", [created(), updated("in_progress", "b"), completed(identity="b")],
     [("/1/interaction_id", "interaction-id"), ("/2/interaction/id", "interaction-id")]),
    ("an id again", numbered(created(), *TEXT, completed(), ids=["e1", "e2", "e1", "e3", "e4"]),
     [("/2/event_id", "event-id")]),
    ("counting down", numbered(created(), *TEXT, completed(), ids=["e1", "e3", "e2", "e4", "e5"]),
     [("/2/event_id", "event-order")]),
]  # fmt: skip


def ids(cases: list[Any]) -> list[str]:
    return [case[0] for case in cases]


def places(found: list[tuple[str, Deviation]]) -> list[tuple[str, str]]:
    return [(pointer, deviation.rule) for pointer, deviation in found]


@pytest.mark.parametrize(("name", "events"), GOOD, ids=ids(GOOD))
def test_good_streams(name: str, events: list[Json]) -> None:
    assert judged_stream(Validator(LATEST), events) == []
    if name != "queued first":  # that status is younger
        assert judged_stream(Validator(LEGACY), legacy(*events)) == []


@pytest.mark.parametrize(("name", "events", "expected"), BAD, ids=ids(BAD))
def test_bad_streams(name: str, events: list[Json], expected: list[Any]) -> None:
    assert places(judged_stream(Validator(LATEST), events)) == expected
    if name != "back in the queue":
        assert places(judged_stream(Validator(LEGACY), legacy(*events))) == expected


@pytest.mark.parametrize(
    ("shell", "kind", "fields", "fits"),
    [
        (start(0), "image", {"data": ""}, True),
        (start(0), "text_annotation_delta", {"annotations": []}, True),
        (start(0), "thought_signature", {"signature": "AA=="}, False),
        (start(0, "thought"), "thought_signature", {"signature": "AA=="}, True),
        (start(0, "thought"), "text", {}, False),
        (start(0, "function_call", **CALL), "arguments_delta", {"arguments": "{}"}, True),
        (start(0, "function_call", **CALL), "text", {}, False),
        (start(0, "file_search_call", id="c"), "file_search_call", {"signature": ""}, True),
        (start(0, "file_search_call", id="c"), "arguments_delta", {"arguments": ""}, False),
    ],
)
def test_parts_grow_by_their_own_deltas(shell: Json, kind: str, fields: Json, fits: bool) -> None:
    found = judged_stream(
        Validator(), [created(), shell, delta(0, kind, **fields), stop(0), completed()]
    )
    assert places(found) == ([] if fits else [("/2/delta/type", "delta-type")])


@pytest.mark.parametrize(
    ("shell", "rules"), [(start(0), []), (start(0, "thought"), ["delta-type"])]
)
@pytest.mark.parametrize("said", [{"text": "a"}, {"type": "text_annotation", "annotations": []}])
def test_a_delta_known_by_another_look_fits_like_its_own(
    shell: Json, said: Json, rules: list[str]
) -> None:
    grown = {"event_type": "step.delta", "index": 0, "delta": said}
    found = judged_stream(Validator(), [created(), shell, grown, stop(0), completed()])
    assert [d.rule for _, d in found if d.known is None] == rules


def test_what_nobody_knows_is_left_to_the_schema() -> None:
    unknown = {"event_type": "step.nap", "index": 7}
    dream = start(0, "dream")
    events = [created(), unknown, dream, delta(0), delta(0, "scent"), stop(0), completed()]
    assert {d.rule for _, d in judged_stream(Validator(), events)} == {"unknown-variant"}


@pytest.mark.parametrize(("done", "rules"), [(True, []), (False, ["done"])])
def test_the_end_marker_is_required(done: bool, rules: list[str]) -> None:
    found = judged_stream(Validator(), [created(), completed()], done=done)
    assert [deviation.rule for _, deviation in found] == rules


def test_nothing_follows_the_end_marker() -> None:
    judge = StreamJudge()
    for event in (created(), completed()):
        assert judge.add(event) == []
    assert judge.end(True) == []
    assert [deviation.rule for deviation in judge.add(completed())] == ["after-done"]


@pytest.mark.parametrize(
    ("events", "rules"),
    [
        ([], []),
        ([delta(3), stop(3), start(4), stop(4), completed()], []),
        ([completed()], []),
        ([stop(3), delta(3), completed()], ["after-stop"]),
        ([stop(3), start(3), stop(3), completed()], ["start-once"]),
        ([created(), completed()], ["created-once"]),
        ([delta(3)], ["terminal"]),
    ],
)
def test_a_resumed_stream_begins_anywhere(events: list[Json], rules: list[str]) -> None:
    judge = StreamJudge(resumed=True)
    found = [deviation for event in events for deviation in judge.add(event)] + judge.end(True)
    assert [deviation.rule for deviation in found] == rules


# --- beside what is stored ------------------------------------------------------------------------

SEARCH = start(1, "google_search_call", id="s", arguments={"queries": ["q"]})
SAID: list[Json] = [created(updated="now"), *TEXT, SEARCH, stop(1), completed()]
STORED: Json = {
    "id": "a",
    "status": "completed",
    "steps": [
        {"type": "model_output", "content": [{"type": "text", "text": "a"}]},
        {"type": "google_search_call", "id": "s", "arguments": {"queries": ["q"]}},
    ],
}


def with_steps(change: Any) -> Json:
    stored: Json = json.loads(json.dumps(STORED))
    change(stored["steps"])
    return stored


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (STORED, []),
        ({**STORED, "updated": "later", "input": "x"}, []),
        (with_steps(lambda s: s[0]["content"][0].update(annotations=[])), []),
        (with_steps(lambda s: s.insert(0, {"type": "user_input", "content": []})), []),
        ({**STORED, "status": "failed"}, [("/status", None)]),
        (with_steps(lambda s: s[0]["content"][0].update(text="b")),
         [("/steps/0/content/0/text", None)]),
        (with_steps(lambda s: s[0]["content"].append({})), [("/steps/0/content/1", None)]),
        (with_steps(lambda s: s.pop()), [("/steps/1", None)]),
        (with_steps(lambda s: s.append(s[0])), [("/steps/2", None)]),
        (with_steps(lambda s: s[1].update(search_type="web_search")),
         [("/steps/1/search_type", "search-type")]),
        (with_steps(lambda s: s[1].update(id=None)), [("/steps/1/id", None)]),
        ({**STORED, "steps": None}, [("/steps/0", None)]),
    ],
)  # fmt: skip
def test_the_stream_adds_up_to_what_is_stored(stored: Json, expected: list[Any]) -> None:
    found = judged_stream(Validator(), SAID, stored=stored)
    assert [(pointer, deviation.known) for pointer, deviation in found] == expected
    assert {deviation.rule for _, deviation in found} <= {"stored"}


def test_the_first_difference_is_the_one_that_is_told() -> None:
    stored = with_steps(lambda s: (s[0]["content"][0].update(text="b"), s.pop()))
    assert len(judged_stream(Validator(), SAID, stored=stored)) == 1


def test_nothing_is_compared_that_was_not_kept() -> None:
    judge = StreamJudge(assemble=False)
    assert [deviation for event in SAID for deviation in judge.add(event)] == []
    assert judge.end(True, {"status": "failed"}) == []


# --- what comes from elsewhere --------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["type", "index", "step", "delta", "interaction", "id", "status", "text"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KINDS = ["interaction.created", "interaction.status_update", "interaction.completed", "error", "x"]
KINDS += ["step.start", "step.delta", "step.stop"]
FIELDS = ["interaction", "interaction_id", "status", "index", "step", "delta", "event_id", "error"]
wild_events = json_values | st.builds(
    lambda kind, fields: {**fields, "event_type": kind},
    st.sampled_from(KINDS),
    st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, json_values)),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(wild_events, max_size=6), json_values)
def test_no_stream_is_too_wild_to_be_judged(events: list[Any], stored: Any) -> None:
    judge = StreamJudge(Validator())
    for event in events:
        judge.add(event)
    judge.end(True, stored)


def guide_streams() -> list[list[Json]]:
    """The whole streams of the guide; the rest of it are examples of single events."""
    content = json.loads((VECTORS / "guide_events.json").read_text("utf-8"))
    events = [vector["payload"] for vector in content["vectors"]]
    openings = [n for n, event in enumerate(events) if event["event_type"] == "interaction.created"]
    found = [events[a:b] for a, b in zip(openings, [*openings[1:], None], strict=True)]
    return [stream for stream in found if stream[-1]["event_type"] == "interaction.completed"]


@pytest.mark.parametrize("events", guide_streams(), ids=lambda events: f"{len(events)} events")
def test_the_streams_of_the_guide_are_good(events: list[Json]) -> None:
    found = judged_stream(Validator(), events)
    assert [deviation for _, deviation in found if deviation.known is None] == []


QUIET = [name for name in SCENARIOS if name.split()[0] not in ("big", "image", "continuation")]
TOOLS = (
    "google_search",
    "code_execution",
    "url_context",
    "google_maps",
    "file_search",
    "mcp_server",
)
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
REQUESTS: list[Json] = [
    {"input": "Count from 1 to 25."},
    {"input": "Weather in both Paris and Rome?", "tools": [WEATHER]},
    {"input": "draw", "response_modalities": ["image"]},
    {"input": "sing", "response_modalities": ["audio"]},
    {"input": "hi", "store": False},
    *({"input": "search for 3 mountains", "tools": [{"type": name}]} for name in TOOLS),
    *({"input": f"[scenario: {name.replace('NAME', 'cancelled')}]"} for name in QUIET),
    {"agent": "deep-research-preview-04-2026", "input": "Report",
     "agent_config": {"type": "deep-research", "thinking_summaries": "auto"}},
]  # fmt: skip


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: str(request)[:60])
def test_what_the_embedded_server_says_is_known(request_: Json, revision: str) -> None:
    service = Service(Settings(), FaultPlan((), 0))
    body = request_ if "agent" in request_ else {"model": "gemini-2.5-flash", **request_}
    events, done = streamed(service, "POST", revision, {**body, "stream": True})
    identity = events[0]["interaction"]["id"]
    stored = None
    if identity:
        stored = answered(service, f"/{identity}", revision)
        assert surprising(Validator(revision).interaction(stored)) == []
    judge = StreamJudge(Validator(revision))
    found = [deviation for event in events for deviation in judge.add(event)]
    assert surprising(found + judge.end(done, stored)) == []
    for number in range(len(events)) if identity and len(events) < 20 else ():
        rest, done = streamed(service, "GET", revision, None, f"/{identity}", number)
        judge = StreamJudge(Validator(revision), resumed=True)
        found = [deviation for event in rest for deviation in judge.add(event)]
        assert surprising(found + judge.end(done)) == []


def surprising(found: list[Deviation]) -> list[Deviation]:
    """Deviations that nobody knows, nor any that a scenario has on purpose."""
    return [d for d in found if d.known is None and d.got not in ON_PURPOSE]


ON_PURPOSE = ("step.sparkle", "content.sparkle", "hologram", "scent")


def streamed(
    service: Service,
    method: str,
    revision: str,
    body: Json | None,
    path: str = "",
    after: int | None = None,
) -> tuple[list[Json], bool]:
    query = "" if after is None else f"stream=true&last_event_id=evt_{after}"
    data = ask(service, method, revision, path, body, query).decode()
    lines = [line[6:] for line in data.split("\n") if line.startswith("data: ")]
    said = list(takewhile(lambda line: line != "[DONE]", lines))
    return [json.loads(line) for line in said], len(said) < len(lines)


def answered(service: Service, path: str, revision: str) -> Json:
    found: Json = json.loads(ask(service, "GET", revision, path, None, ""))
    return found


def ask(
    service: Service, method: str, revision: str, path: str, body: Json | None, query: str
) -> bytes:
    data = json.dumps(body).encode() if body is not None else b""
    headers = {"api-revision": revision}
    reply = service.answer(
        RecordedRequest(method, f"/v1beta/interactions{path}", query, headers, data)
    )
    assert reply.status == 200
    return b"".join(part for part in reply.body if isinstance(part, bytes))
