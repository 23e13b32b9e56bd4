"""Recordings: what is written can be read, and holds no secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_interactions.conformance.recordings import (
    SECRET_FIELDS,
    SECRET_PARTS,
    Exchange,
    RecordedEvent,
    Recorder,
    RecordingError,
    Request,
    Response,
    read_recording,
    redacted_exchange,
)

SPEC = Path(__file__).parents[2] / "spec"
SECRET = "s3cr3t"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
headers = st.dictionaries(texts, texts, max_size=3)
json_bodies = st.dictionaries(texts, st.integers() | texts, max_size=3).map(
    lambda value: json.dumps(value).encode()
)
bodies = st.binary(max_size=20) | json_bodies
events = st.builds(
    RecordedEvent,
    at=st.none() | st.floats(0, 1e6),
    data=texts,
    event=texts,
    id=st.none() | texts.filter(bool),
)
responses = st.builds(
    Response,
    status=st.integers(100, 599),
    headers=headers,
    events=st.lists(events, max_size=3).map(tuple),
    left=st.booleans(),
) | st.builds(Response, status=st.integers(100, 599), headers=headers, body=bodies)
requests = st.builds(Request, method=texts, url=texts, headers=headers, body=bodies)
exchanges = st.builds(Exchange, request=requests, response=st.none() | responses)


def body_value(body: bytes) -> Any:
    """Two spellings of the same JSON are the same."""
    try:
        return json.loads(body)
    except ValueError:
        return body


def comparable(exchange: Exchange) -> Any:
    response = exchange.response
    return (
        exchange.request.method,
        exchange.request.url,
        exchange.request.headers,
        body_value(exchange.request.body),
        response
        and (response.status, response.headers, body_value(response.body), response.events),
        response and response.left,
    )


@settings(deadline=None)
@given(st.lists(exchanges, max_size=3))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, written: list[Exchange]
) -> None:
    path = tmp_path_factory.getbasetemp() / "x.jsonl"
    with Recorder(path) as recorder:
        for exchange in written:
            recorder.write(exchange)
    wanted = [comparable(redacted_exchange(exchange)) for exchange in written]
    assert [comparable(exchange) for exchange in read_recording(path)] == wanted


def test_real_traffic_stays_what_it_is(
    turns: list[list[Exchange]],
    tmp_path: Path,
    record: Callable[[Path, Sequence[Exchange]], Path],
) -> None:
    for exchanges in turns:
        path = record(tmp_path / "x.jsonl", exchanges)
        assert SECRET not in path.read_text()
        for before, after in zip(exchanges, read_recording(path), strict=True):
            assert before.request.body == after.request.body or not before.request.body
            assert before.response is not None
            assert after.response is not None
            assert before.response.events == after.response.events
            assert body_value(before.response.body) == body_value(after.response.body)


def test_no_secret_is_written(tmp_path: Path) -> None:
    secret_tools: Any = {
        "tools": [
            {"type": "mcp_server", "name": "m", "headers": {"Authorization": SECRET, "X": SECRET}},
            {"type": "retrieval", "exa_ai_search_config": {"api_key": SECRET}},
        ],
        "environment": {
            "env": {"A": {"value": SECRET}, "B": {"credential": SECRET}},
            "network": {"allowlist": [{"domain": "d", "transform": [{"X": SECRET}]}]},
        },
    }
    event = {"event_type": "interaction.created", "interaction": {"id": "i", **secret_tools}}
    names = ("x-goog-api-key", "Authorization", "cookie", "X-Goog-User-Project", "X-Api-Key")
    secrets = dict.fromkeys(names, SECRET)
    url = f"https://u:{SECRET}@host/v1beta/interactions?key={SECRET}&access_token={SECRET}&a=b"
    kept = {"name": "m", "arguments": {"value": "kept"}}
    body = json.dumps({"input": kept, **secret_tools}).encode()
    answers = (
        Response(status=200, headers={"set-cookie": SECRET}, body=json.dumps(event).encode()),
        Response(status=200, events=(RecordedEvent(at=0.1, data=json.dumps(event)),)),
    )
    path = tmp_path / "x.jsonl"
    with Recorder(path) as recorder:
        for answer in answers:
            request = Request(method="POST", url=url, headers=secrets, body=body)
            recorder.write(Exchange(request=request, response=answer))
    assert SECRET not in path.read_text()
    first, second = read_recording(path)
    assert json.loads(first.request.body)["input"] == kept
    assert set(first.request.headers) == set(secrets)
    assert second.response is not None
    assert second.response.events is not None
    assert json.loads(second.response.events[0].data)["interaction"]["id"] == "i"


def secret_fields(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, inner in part.get("properties", {}).items():
            if inner.get("x-secret"):
                yield name
        for inner in part.values():
            yield from secret_fields(inner)


def test_the_secret_fields_are_those_of_the_spec() -> None:
    """Below `tools` and `environment`, which is where these families of types are used."""
    found: dict[str, set[str]] = {}
    for path in SPEC.glob("20*/*.json"):
        names = set(secret_fields(json.loads(path.read_text())))
        if names:
            found.setdefault(path.stem, set()).update(names)
    for family, part in (("tool", "tools"), ("environment", "environment")):
        assert part in SECRET_PARTS
        assert found[family] <= SECRET_FIELDS


HEADER = '{"recording": "gemini-interactions", "version": 1}'
GET = '"method": "GET", "url"'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("{}", "line 1: the first line is not the header"),
        (HEADER.replace("1", "9"), "version 9; only 1"),
        (f"{HEADER}\n\n{{", "line 3: "),
        (f"{HEADER}\n[]", "the line is not dict"),
        (f'{HEADER}\n{{"request": {{{GET}: true}}}}', "line 2: request.url is not str, but bool"),
        (
            f'{HEADER}\n{{"request": {{{GET}: ""}}, "response": {{"status": 1, "events": [1]}}}}',
            "response.events[0] is not dict",
        ),
    ],
)
def test_broken_recordings(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(RecordingError) as caught:
        list(read_recording(path))
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
