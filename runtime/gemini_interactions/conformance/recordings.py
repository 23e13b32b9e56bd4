"""Recorded traffic in a form of our own: JSON lines, one exchange each, without secrets.

The first line says what this is: `{"recording": "gemini-interactions", "version": 1}`. Every other
line is one request with its response:

    {"request": {"method": "POST", "url": "...", "headers": {...}, "body": {...}},
     "response": {"status": 200, "headers": {...}, "events": [{"t": 0.1, "data": "..."}]}}

A body that is JSON stands there as `body`, other text as `text`, bytes as `base64`. An event stream
has its events instead, each with its data as it came and the seconds since the request. A stream
that the client left has `"left": true`. Secrets are replaced when a recording is written, so no
reader has to take care.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from attrs import evolve, frozen

from .._core.auth import HIDDEN, is_secret, redacted_url
from ..testing.json_values import as_object, is_array, is_object

__all__ = [
    "Exchange",
    "RecordedEvent",
    "Recorder",
    "RecordingError",
    "Request",
    "Response",
    "exchange_of",
    "is_header",
    "read_recording",
    "redacted_exchange",
]

FORMAT: Final = "gemini-interactions"
VERSION: Final = 1

SECRET_PARTS: Final = ("tools", "environment")
"""The fields of requests and interactions below which the spec marks something as `x-secret`."""
SECRET_FIELDS: Final = frozenset({"api_key", "credential", "headers", "transform", "value"})
"""What it marks there."""


@frozen(kw_only=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


@frozen(kw_only=True)
class RecordedEvent:
    """One server-sent event, as it was framed."""

    at: float | None
    """Seconds since the request went out; `None` where nobody took the time."""
    data: str
    event: str = ""
    id: str | None = None


@frozen(kw_only=True)
class Response:
    """An answer: with a body, or with the events of a stream."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    events: tuple[RecordedEvent, ...] | None = None
    left: bool = False
    """Whether it was the client that ended the stream."""


@frozen(kw_only=True)
class Exchange:
    request: Request
    response: Response | None = None
    """`None` if no answer came."""


class RecordingError(ValueError):
    """A recording, or one of its lines, that cannot be read."""


# --- writing -----------------------------------------------------------------------------------


class Recorder:
    """Writes exchanges to a file, each whole and at once, from any thread."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._file: IO[str] = open(path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._lock = threading.Lock()
        self._put({"recording": FORMAT, "version": VERSION})

    def write(self, exchange: Exchange) -> None:
        self._put(record_of(redacted_exchange(exchange)))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _put(self, record: object) -> None:
        line = json.dumps(record, separators=(",", ":"))
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()


def record_of(exchange: Exchange) -> dict[str, Any]:
    """An exchange as its line says it."""
    request = exchange.request
    head = {"method": request.method, "url": request.url, "headers": dict(request.headers)}
    record: dict[str, Any] = {"request": {**head, **body_record(request.body)}}
    response = exchange.response
    if response is None:
        return record
    answer: dict[str, Any] = {"status": response.status, "headers": dict(response.headers)}
    if response.events is None:
        answer |= body_record(response.body)
    else:
        answer["events"] = [event_record(event) for event in response.events]
    if response.left:
        answer["left"] = True
    return {**record, "response": answer}


def body_record(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
    try:
        return {"body": json.loads(text, parse_constant=not_json)}
    except (ValueError, RecursionError):
        return {"text": text}


def not_json(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def event_record(event: RecordedEvent) -> dict[str, Any]:
    record: dict[str, Any] = {"t": event.at, "event": event.event, "data": event.data}
    record["id"] = event.id
    return {key: value for key, value in record.items() if value not in (None, "") or key == "data"}


# --- what must not be written ------------------------------------------------------------------


def redacted_exchange(exchange: Exchange) -> Exchange:
    """The same without credentials: in addresses, headers and the fields that hold some."""
    request = evolve(
        exchange.request,
        url=redacted_url(exchange.request.url),
        headers=redacted_headers(exchange.request.headers),
        body=redacted_body(exchange.request.body),
    )
    response = exchange.response
    if response is not None:
        events = response.events
        response = evolve(
            response,
            headers=redacted_headers(response.headers),
            body=redacted_body(response.body),
            events=events and tuple(map(redacted_event, events)),
        )
    return Exchange(request=request, response=response)


def redacted_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: HIDDEN if is_secret(name) or name.lower().startswith("x-goog-") else value
        for name, value in headers.items()
    }


def redacted_body(body: bytes) -> bytes:
    """A body; what is no JSON, or holds no secret, stays as it is, to the byte."""
    if not any(part.encode() in body for part in SECRET_PARTS):
        return body
    try:
        payload = json.loads(body)
        shown = redacted_payload(payload)
    except (ValueError, RecursionError):
        return body
    return body if shown == payload else json.dumps(shown).encode()


def redacted_event(event: RecordedEvent) -> RecordedEvent:
    data = event.data.encode("utf-8", "surrogatepass")
    shown = redacted_body(data)
    return event if shown == data else evolve(event, data=shown.decode())


def redacted_payload(payload: Any) -> Any:
    """A request, an interaction or an event without what its secret fields hold."""
    if not is_object(payload):
        return payload
    shown = {
        name: without_secrets(value) if name in SECRET_PARTS else value
        for name, value in payload.items()
    }
    if "interaction" in shown:
        shown["interaction"] = redacted_payload(shown["interaction"])
    return shown


def without_secrets(value: Any, *, secret: bool = False) -> Any:
    if is_object(value):
        return {
            name: without_secrets(item, secret=secret or name in SECRET_FIELDS)
            for name, item in value.items()
        }
    if is_array(value):
        return [without_secrets(item, secret=secret) for item in value]
    return HIDDEN if secret and isinstance(value, str) else value


# --- reading -----------------------------------------------------------------------------------


def read_recording(path: str | os.PathLike[str]) -> Iterator[Exchange]:
    """The exchanges of a recording, one after the other."""
    with Path(path).open("rb") as file:
        yield from exchanges_in(file, str(path))


def exchanges_in(lines: Iterable[bytes], name: str) -> Iterator[Exchange]:
    found = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if found:
                yield exchange_of(record)
            elif not (found := is_header(record)):
                raise RecordingError("the first line is not the header of a recording")
        except (ValueError, RecursionError) as error:
            raise RecordingError(f"{name}, line {number}: {error}") from error
    if not found:
        raise RecordingError(f"{name} is empty: a recording begins with its header")


def is_header(record: Any) -> bool:
    """Whether a line begins a recording, of a version that can be read."""
    fields = as_object(record)
    if fields.get("recording") != FORMAT:
        return False
    if fields.get("version") != VERSION:
        raise RecordingError(
            f"a recording of version {fields.get('version')!r}; only {VERSION} can be read"
        )
    return True


def exchange_of(record: Any) -> Exchange:
    """The exchange that a line holds."""
    fields = member(record, "the line", dict)
    request = member(fields.get("request"), "request", dict)
    response = fields.get("response")
    return Exchange(
        request=Request(
            method=member(request.get("method"), "request.method", str),
            url=member(request.get("url"), "request.url", str),
            headers=headers_of(request, "request"),
            body=body_of(request, "request"),
        ),
        response=None if response is None else response_of(member(response, "response", dict)),
    )


def response_of(record: dict[str, Any]) -> Response:
    events = record.get("events")
    if events is not None:
        found = member(events, "response.events", list)
        events = tuple(event_of(event, number) for number, event in enumerate(found))
    return Response(
        status=member(record.get("status"), "response.status", int),
        headers=headers_of(record, "response"),
        body=body_of(record, "response"),
        events=events,
        left=record.get("left") is True,
    )


def event_of(record: Any, number: int) -> RecordedEvent:
    where = f"response.events[{number}]"
    fields = member(record, where, dict)
    at = fields.get("t")
    return RecordedEvent(
        at=None if at is None else float(member(at, f"{where}.t", (int, float))),
        data=member(fields.get("data"), f"{where}.data", str),
        event=member(fields.get("event", ""), f"{where}.event", str),
        id=None if fields.get("id") is None else member(fields["id"], f"{where}.id", str),
    )


def headers_of(record: dict[str, Any], where: str) -> dict[str, str]:
    headers = member(record.get("headers", {}), f"{where}.headers", dict)
    return {name: member(value, f"{where}.headers", str) for name, value in headers.items()}


def body_of(record: dict[str, Any], where: str) -> bytes:
    if "body" in record:
        return json.dumps(record["body"]).encode()
    if "base64" in record:
        return base64.b64decode(member(record["base64"], f"{where}.base64", str), validate=True)
    return str(member(record.get("text", ""), f"{where}.text", str)).encode("utf-8", "replace")


def member(value: Any, where: str, kind: type | tuple[type, ...]) -> Any:
    """A part of a record, if it is what it has to be."""
    if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
        return value
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(each.__name__ for each in kinds)
    raise RecordingError(f"{where} is not {names}, but {type(value).__name__}")
