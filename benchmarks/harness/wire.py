"""What the server sends: whole HTTP responses, one HTTP chunk for each event."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

IDENTITY = "v1_7xNPKhgLoF3pGrMtKXb1HeE7aNgj6nhB"
MODEL = "gemini-3-flash-preview"
WORDS = [
    "It",
    "was",
    "the",
    "first",
    "morning",
    "of",
    "autumn",
    "and",
    "the",
    "sea",
    "lay",
    "as",
    "still",
    "as",
    "a",
    "sheet",
    "of",
    "glass",
]
USAGE = {"total_tokens": 346, "total_input_tokens": 11, "total_output_tokens": 335}
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
END = b"0\r\n\r\n"
DONE = b"event: done\ndata: [DONE]\n\n"


@dataclass(frozen=True)
class Answer:
    start: bytes
    """Sent at once."""
    paced: tuple[bytes, ...] = ()
    """Sent after that, one piece at a time."""
    seconds: float = 0.0
    """From one piece to the next."""


def interaction() -> Answer:
    """A whole interaction, of a few sentences."""
    content = [{"text": " ".join(WORDS * 3), "type": "text"}]
    state = {**summary("completed"), "usage": USAGE}
    steps: list[Json] = [
        {"type": "thought", "signature": "aN99f7f59HMb0+Wp7Diei8+oLlKPi9TvZmGh5AwNoZc="},
        {"type": "model_output", "content": content},
    ]
    body = compact({**state, "steps": steps})
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return Answer(head.encode() + b"\r\n" + body)


def texts(count: int) -> Answer:
    """A stream of so many small text deltas, as fast as it is read."""
    return Answer(STREAM_HEAD + b"".join(chunks(stream_of(count, text_delta))) + END)


def images(count: int, size: int) -> Answer:
    """A stream of so many image deltas of so many bytes each, as fast as it is read."""
    data = base64.b64encode(bytes(range(256)) * (size // 256)).decode()

    def delta(number: int) -> Json:
        return {"type": "image", "mime_type": "image/png", "data": data}

    return Answer(STREAM_HEAD + b"".join(chunks(stream_of(count, delta))) + END)


def paced_texts(count: int, seconds: float) -> Answer:
    """A stream of so many small text deltas, one at a time. The first events come at once."""
    pieces = list(chunks(stream_of(count, text_delta)))
    opening = len(opening_events())
    *deltas, last = pieces[opening : opening + count]
    ending = b"".join(pieces[opening + count :]) + END
    start = STREAM_HEAD + b"".join(pieces[:opening])
    return Answer(start, (*deltas, last + ending), seconds)


def text_delta(number: int) -> Json:
    first = number % (len(WORDS) - 4)
    return {"text": " ".join(WORDS[first : first + 4]) + " ", "type": "text"}


def stream_of(count: int, delta: Callable[[int], Json]) -> list[Json]:
    deltas = [
        {"index": 0, "delta": delta(number), "event_type": "step.delta"} for number in range(count)
    ]
    return [*opening_events(), *deltas, *closing_events()]


def opening_events() -> list[Json]:
    return [
        {"interaction": summary("in_progress"), "event_type": "interaction.created"},
        {"index": 0, "step": {"type": "model_output"}, "event_type": "step.start"},
    ]


def closing_events() -> list[Json]:
    return [
        {"index": 0, "event_type": "step.stop"},
        {
            "interaction": {**summary("completed"), "usage": USAGE},
            "event_type": "interaction.completed",
        },
    ]


def summary(status: str) -> Json:
    return {"id": IDENTITY, "status": status, "object": "interaction", "model": MODEL}


def chunks(events: Iterable[Json]) -> Iterable[bytes]:
    for number, event in enumerate(events):
        yield chunk(frame({**event, "event_id": f"evt_{number}"}))
    yield chunk(DONE)


def frame(event: Json) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (event["event_type"].encode(), compact(event))


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def compact(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
