"""Everything that can go wrong on the wire, as functions from a reply to a reply.

`FAULTS` lists them by name. The keyword arguments of a fault are its parameters; their defaults
give their types. "Frames" are whole server-sent events, `[DONE]` among them; `after=N` means
that N of them pass untouched. For `at=N` it is bytes of the body. `fault_plan` decides which
request a fault hits.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import chain, count
from typing import Any, TypeAlias

from .json_values import Json, compact
from .reply import Item, Mark, Pause, Reply, Signal, Wait, bytes_reply, error_body, json_reply
from .sse import DONE_FRAME

Change: TypeAlias = Callable[..., Reply]


class Level(IntEnum):
    """What a fault works on. Several faults on one request apply in this order."""

    REFUSE = 0  # answers instead of the operation, which never runs
    REPLACE = 1  # answers instead of the stream
    FRAMES = 2
    TEXT = 3  # spelling of the bytes
    ENDING = 4  # where and how the body stops
    BYTES = 5  # how the bytes are cut into pieces
    HEAD = 6  # status line, headers, and when they are sent


@dataclass(frozen=True)
class Fault:
    """One kind of fault."""

    name: str
    summary: str
    level: Level
    streams_only: bool
    change: Change

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameter names with their defaults."""
        return {
            name: parameter.default
            for name, parameter in inspect.signature(self.change).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }


FAULTS: dict[str, Fault] = {}


def _fault(level: Level, summary: str, *, streams_only: bool = True) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        name = change.__name__.lstrip("_").replace("_", "-")
        FAULTS[name] = Fault(name, summary, level, streams_only, change)
        return change

    return register


# Answers instead of the operation.


@_fault(Level.REFUSE, "answer with an error; see `shape` for its body", streams_only=False)
def _error(
    reply: Reply,
    released: Signal,
    *,
    status: int = 503,
    retry_after: str = "",
    retry_after_ms: str = "",
    code: str = "",
    message: str = "",
    shape: str = "object",
) -> Reply:
    body = _shaped_error(shape, status, code, message or f"The service answers {status}.")
    refused = json_reply(status, body)
    if retry_after:
        refused.headers["Retry-After"] = retry_after
    if retry_after_ms:
        refused.headers["retry-after-ms"] = retry_after_ms
    return refused


_CODES = {
    400: ("invalid_request", "INVALID_ARGUMENT"),
    401: ("unauthenticated", "UNAUTHENTICATED"),
    403: ("permission_denied", "PERMISSION_DENIED"),
    404: ("not_found", "NOT_FOUND"),
    429: ("rate_limit_exceeded", "RESOURCE_EXHAUSTED"),
    500: ("internal", "INTERNAL"),
    501: ("not_implemented", "UNIMPLEMENTED"),
    503: ("unavailable", "UNAVAILABLE"),
    504: ("gateway_timeout", "DEADLINE_EXCEEDED"),
}


def _shaped_error(shape: str, status: int, code: str, message: str) -> Any:
    """object: string code. int-code, google: the gateway's. array: that, in a list. text: none."""
    text, google = _CODES.get(status, (f"http_{status}", "UNKNOWN"))
    if shape == "object":
        return error_body(code or text, message)
    number = int(code) if code.isdigit() else status
    if shape == "int-code":
        return error_body(number, message)
    gateway = {"error": {"code": number, "message": message, "status": google}}
    if shape in ("google", "array"):
        return [gateway] if shape == "array" else gateway
    if shape == "text":
        return message
    raise ValueError(f"unknown error shape {shape!r}: object, int-code, google, array or text")


@_fault(Level.REFUSE, "answer 501 not_implemented", streams_only=False)
def _not_implemented(reply: Reply, released: Signal) -> Reply:
    return json_reply(501, error_body("not_implemented", "Operation is not implemented."))


@_fault(Level.REFUSE, "redirect to `url`", streams_only=False)
def _redirect(
    reply: Reply, released: Signal, *, url: str = "http://127.0.0.1:9/", status: int = 302
) -> Reply:
    moved = bytes_reply(status, "", b"")
    moved.headers["Location"] = url
    return moved


@_fault(Level.REFUSE, "close the connection before the first byte", streams_only=False)
def _no_response(reply: Reply, released: Signal, *, reset: bool = False) -> Reply:
    return replace(reply, before=(Mark.RESET if reset else Mark.CUT,))


@_fault(Level.REFUSE, "never answer, keep the socket open", streams_only=False)
def _silent(reply: Reply, released: Signal) -> Reply:
    return replace(reply, before=(Wait.from_now(released), Mark.CUT))


# Answers instead of the stream, or of the JSON body.


@_fault(Level.REPLACE, "answer `status` with an HTML page", streams_only=False)
def _html(reply: Reply, released: Signal, *, status: int = 200) -> Reply:
    page = b"<!DOCTYPE html><html><body><h1>Error</h1></body></html>"
    return bytes_reply(status, "text/html; charset=utf-8", page)


@_fault(Level.REPLACE, "answer `status` with a JSON array that holds an error", streams_only=False)
def _json_array(reply: Reply, released: Signal, *, status: int = 200, code: int = 503) -> Reply:
    return json_reply(status, _shaped_error("array", code, "", "The service is overloaded."))


@_fault(Level.REPLACE, "answer a stream request with the interaction as JSON")
def _json_answer(reply: Reply, released: Signal) -> Reply:
    return json_reply(200, reply.resource() if reply.resource else {})


@_fault(Level.REPLACE, "answer `status` with no body at all", streams_only=False)
def _empty(reply: Reply, released: Signal, *, status: int = 200) -> Reply:
    return Reply(204, framing="none") if status == 204 else bytes_reply(status, "", b"")


@_fault(Level.REPLACE, "answer 200 with JSON that breaks off in the middle", streams_only=False)
def _broken_json(reply: Reply, released: Signal) -> Reply:
    return bytes_reply(200, "application/json", b'{"id": "v1_broken", "status": "comp')


# Frames.


def _pass(items: Iterator[Item], frames: int) -> Iterator[Item]:
    """So many frames, and the instructions between them."""
    while frames > 0 and (item := next(items, None)) is not None:
        frames -= isinstance(item, bytes)
        yield item


def _frames(change: Callable[[bytes], Iterable[Item]], items: Iterable[Item]) -> Iterator[Item]:
    """Every frame changed, instructions left alone."""
    for item in items:
        if isinstance(item, bytes):
            yield from change(item)
        else:
            yield item


def _insert(reply: Reply, after: int, *extra: Item) -> Reply:
    items = iter(reply.body)
    return replace(reply, body=chain(_pass(items, after), extra, items))


def _end_with(reply: Reply, after: int, *last: Item) -> Reply:
    return replace(reply, body=chain(_pass(iter(reply.body), after), last))


@_fault(Level.FRAMES, "a bare JSON error object after N frames, then the end")
def _bare_error(
    reply: Reply,
    released: Signal,
    *,
    after: int = 0,
    code: str = "content_filtered",
    message: str = "The answer was blocked.",
    blank_line: bool = True,
) -> Reply:
    line = compact(error_body(int(code) if code.isdigit() else code, message)).encode()
    return _end_with(reply, after, line + (b"\n\n" if blank_line else b""))


@_fault(Level.FRAMES, "a JSON error array over many lines after N frames, then the socket closes")
def _array_error(
    reply: Reply, released: Signal, *, after: int = 0, code: int = 503, cut: bool = True
) -> Reply:
    body = _shaped_error("array", code, "", "The service is currently unavailable.")
    lines = json.dumps(body, indent=2).encode() + b"\n"
    return _end_with(reply, after, lines, *([Mark.CUT] if cut else []))


@_fault(Level.FRAMES, "a frame with malformed JSON after N frames, then the stream goes on")
def _malformed(reply: Reply, released: Signal, *, after: int = 2) -> Reply:
    return _insert(reply, after, b'event: step.delta\ndata: {"a":\n\n')


@_fault(Level.FRAMES, "an `error` event after N frames, then the stream goes on")
def _error_event(
    reply: Reply, released: Signal, *, after: int = 2, code: str = "internal", end: bool = False
) -> Reply:
    event = {**error_body(code, "Something broke."), "event_type": "error"}
    body = f"event: error\ndata: {compact(event)}\n\n".encode()
    return _end_with(reply, after, body) if end else _insert(reply, after, body)


@_fault(Level.FRAMES, "an event of unknown type after N frames")
def _unknown_event(reply: Reply, released: Signal, *, after: int = 2) -> Reply:
    body = b'event: step.sparkle\ndata: {"index":0,"event_type":"step.sparkle"}\n\n'
    return _insert(reply, after, body)


@_fault(Level.FRAMES, "silence after N frames, the socket stays open")
def _stall(reply: Reply, released: Signal, *, after: int = 2) -> Reply:
    return _insert(reply, after, Wait.from_now(released))


@_fault(Level.FRAMES, "only comments after N frames: so many (0: for ever), `every` seconds")
def _comments(
    reply: Reply, released: Signal, *, after: int = 0, times: int = 0, every: float = 0.05
) -> Reply:
    def beats() -> Iterator[Item]:
        for _ in range(times) if times else count():
            yield b": keep-alive\n\n"
            yield Pause(every)

    items = iter(reply.body)
    return replace(reply, body=chain(_pass(items, after), beats(), items))


@_fault(Level.FRAMES, "so many seconds pass before every frame")
def _pace(reply: Reply, released: Signal, *, seconds: float = 0.1) -> Reply:
    body = _frames(lambda item: (Pause(seconds), item), reply.body)
    return replace(reply, body=body)


@_fault(Level.FRAMES, "no [DONE] at the end")
def _no_done(reply: Reply, released: Signal) -> Reply:
    body = _frames(lambda item: () if item == DONE_FRAME else (item,), reply.body)
    return replace(reply, body=body)


_DONE_FORMS = {
    "bare": b"data: [DONE]\n\n",
    "tight": b"data:[DONE]\n\n",
    "named-tight": b"event:done\ndata:[DONE]\n\n",
    "unfinished": b"event: done\ndata: [DONE]",
    "one-newline": b"data: [DONE]\n",
}


@_fault(Level.FRAMES, f"spell [DONE] differently; form: {', '.join(_DONE_FORMS)}")
def _done(reply: Reply, released: Signal, *, form: str = "bare") -> Reply:
    if form not in _DONE_FORMS:
        raise ValueError(f"unknown form of [DONE] {form!r}: one of {', '.join(_DONE_FORMS)}")
    body = _frames(lambda i: (_DONE_FORMS[form] if i == DONE_FRAME else i,), reply.body)
    return replace(reply, body=body)


@_fault(Level.FRAMES, "the closing event lacks its blank line and nothing follows it")
def _no_blank_line(reply: Reply, released: Signal) -> Reply:
    def shortened() -> Iterator[Item]:
        for item in reply.body:
            if isinstance(item, bytes) and item.startswith(b"event: interaction.complete"):
                yield item.rstrip(b"\n")
                return
            yield item

    return replace(reply, body=shortened())


@_fault(Level.FRAMES, "a resumed stream repeats the N events before the cursor")
def _duplicates(reply: Reply, released: Signal, *, events: int = 2) -> Reply:
    seen = list(reply.earlier()) if reply.earlier else []
    return replace(reply, body=chain(seen[-events:] if events else (), reply.body))


@_fault(Level.FRAMES, "every event is sent twice")
def _doubled(reply: Reply, released: Signal) -> Reply:
    body = _frames(lambda i: (i,) if i == DONE_FRAME else (i, i), reply.body)
    return replace(reply, body=body)


@_fault(Level.FRAMES, "the closing event has no usage")
def _no_usage(reply: Reply, released: Signal) -> Reply:
    def stripped(event: Json) -> Json:
        if "interaction" in event:
            event["interaction"].pop("usage", None)
        return event

    return _events(reply, stripped)


@_fault(Level.FRAMES, "events carry no event_id")
def _no_event_ids(reply: Reply, released: Signal) -> Reply:
    return _events(reply, lambda event: {k: v for k, v in event.items() if k != "event_id"})


def _events(reply: Reply, change: Callable[[Json], Json]) -> Reply:
    """Every JSON event changed."""

    def changed(item: bytes) -> Iterable[Item]:
        head, mark, data = item.partition(b"data: {")
        if not mark:
            return (item,)
        event = change(json.loads(b"{" + data))
        return (head + b"data: " + compact(event).encode() + b"\n\n",)

    return replace(reply, body=_frames(changed, reply.body))


# Spelling.


def _spelled(reply: Reply, change: Callable[[bytes], bytes]) -> Reply:
    return replace(reply, body=_frames(lambda item: (change(item),), reply.body))


@_fault(Level.FRAMES, "the SSE event names all say `name`, whatever event_type says")
def _event_name(reply: Reply, released: Signal, *, name: str = "message") -> Reply:
    def renamed(item: bytes) -> bytes:
        _, mark, data = item.partition(b"\n")
        done = item == DONE_FRAME or not mark
        return item if done else f"event: {name}\n".encode() + data

    return _spelled(reply, renamed)


@_fault(Level.FRAMES, "frames have no `event:` line")
def _no_event_name(reply: Reply, released: Signal) -> Reply:
    return _spelled(reply, lambda item: item.partition(b"\n")[2] if b"event:" in item[:6] else item)


@_fault(Level.TEXT, "JSON spread over several `data:` lines")
def _multi_line(reply: Reply, released: Signal) -> Reply:
    def spread(item: bytes) -> bytes:
        head, mark, data = item.partition(b"data: {")
        if not mark:
            return item
        lines = json.dumps(json.loads(b"{" + data), indent=1).encode().split(b"\n")
        return head + b"".join(b"data: " + line + b"\n" for line in lines) + b"\n"

    return _spelled(reply, spread)


@_fault(Level.TEXT, "comments, unknown fields and retry lines inside every frame")
def _noise(reply: Reply, released: Signal) -> Reply:
    noise = b": comment\nretry: 10\nretry: soon\nfoo: bar\nfoo\n"
    return _spelled(reply, lambda item: noise + item)


_ENDINGS = {
    "cr": (b"\r",),
    "crlf": (b"\r\n",),
    "mixed": (b"\r\n", b"\n", b"\r"),
}


@_fault(Level.TEXT, "line ends of another style: cr, crlf or mixed")
def _line_endings(reply: Reply, released: Signal, *, style: str = "crlf") -> Reply:
    if style not in _ENDINGS:
        raise ValueError(f"unknown style of line ends {style!r}: one of {', '.join(_ENDINGS)}")
    number = count()

    def respelled(item: bytes) -> bytes:
        ends = _ENDINGS[style]
        # One style per frame: inside one, the CR of a line and the LF of the next would merge.
        return item.replace(b"\n", ends[next(number) % len(ends)])

    return _spelled(reply, respelled)


@_fault(Level.TEXT, "a byte order mark before the first byte")
def _bom(reply: Reply, released: Signal) -> Reply:
    return _insert(reply, 0, b"\xef\xbb\xbf")


@_fault(Level.TEXT, "U+2028, U+2029 and U+0085 at the start of every text")
def _separators(reply: Reply, released: Signal) -> Reply:
    mark = b'"text":"'
    return _spelled(reply, lambda item: item.replace(mark, mark + "\u2028\u2029\x85".encode()))


@_fault(Level.TEXT, "a byte that is not UTF-8 at the start of the first text")
def _bad_utf8(reply: Reply, released: Signal) -> Reply:
    spoiled = count()

    def spoil(item: bytes) -> bytes:
        mark = b'"text":"'
        return item.replace(mark, mark + b"\xff", 1) if mark in item and not next(spoiled) else item

    return _spelled(reply, spoil)


@_fault(Level.TEXT, "an `id:` line with a NUL in every frame (`nul=false`: one without)")
def _id_lines(reply: Reply, released: Signal, *, nul: bool = True) -> Reply:
    number = count()
    between = b"\0" if nul else b"-"
    return _spelled(reply, lambda item: b"id: id" + between + b"%d\n" % next(number) + item)


# Endings.


def _until(items: Iterable[Item], after: int, at: int) -> Iterator[Item]:
    """The body up to a number of frames or of bytes, whichever is given."""
    if at < 0:
        yield from _pass(iter(items), after)
        return
    for item in items:
        if isinstance(item, bytes):
            if item[:at]:
                yield item[:at]
            at -= len(item)
            if at <= 0:
                return
        else:
            yield item


@_fault(Level.ENDING, "a clean end after N frames, or at byte N", streams_only=False)
def _eof(reply: Reply, released: Signal, *, after: int = 2, at: int = -1) -> Reply:
    return replace(reply, body=_until(reply.body, after, at))


@_fault(Level.ENDING, "the socket closes after N frames or at byte N", streams_only=False)
def _cut(reply: Reply, released: Signal, *, after: int = 2, at: int = -1) -> Reply:
    return replace(reply, body=chain(_until(reply.body, after, at), (Mark.CUT,)))


@_fault(Level.ENDING, "the connection is reset after N frames or at byte N", streams_only=False)
def _reset(reply: Reply, released: Signal, *, after: int = 2, at: int = -1) -> Reply:
    return replace(reply, body=chain(_until(reply.body, after, at), (Mark.RESET,)))


@_fault(Level.ENDING, "no length, no chunks: the close after N frames or at byte N is the end")
def _close_delimited(
    reply: Reply, released: Signal, *, after: int = 1_000_000_000, at: int = -1
) -> Reply:
    body = _until(reply.body, after, at)
    return replace(reply, body=body, framing="close")


@_fault(Level.ENDING, "after N frames the next one loses its last `drop` bytes, then a clean end")
def _truncated(reply: Reply, released: Signal, *, after: int = 2, drop: int = 4) -> Reply:
    items = iter(reply.body)

    def ending() -> Iterator[Item]:
        last = next((item for item in items if isinstance(item, bytes)), b"")
        yield last[: max(0, len(last) - drop)]

    return replace(reply, body=chain(_pass(items, after), ending()))


# Pieces.


@_fault(Level.BYTES, "every byte travels alone", streams_only=False)
def _one_byte(reply: Reply, released: Signal) -> Reply:
    def single(item: bytes) -> Iterator[Item]:
        for start in range(len(item)):
            yield item[start : start + 1]
            yield Mark.FLUSH

    return replace(reply, body=_frames(single, reply.body))


@_fault(Level.BYTES, "the bytes travel in pieces of `size`, ends of frames ignored")
def _pieces(reply: Reply, released: Signal, *, size: int = 7) -> Reply:
    def cut() -> Iterator[Item]:
        rest = b""
        for item in reply.body:
            if not isinstance(item, bytes):
                yield rest
                yield item
                rest = b""
                continue
            rest += item
            whole = len(rest) - len(rest) % size
            for start in range(0, whole, size):
                yield rest[start : start + size]
                yield Mark.FLUSH
            rest = rest[whole:]
        yield rest

    return replace(reply, body=cut())


# Head.


@_fault(Level.HEAD, "another content type", streams_only=False)
def _content_type(reply: Reply, released: Signal, *, value: str = "text/plain") -> Reply:
    return replace(reply, headers={**reply.headers, "Content-Type": value})


@_fault(Level.HEAD, "send the head, then close", streams_only=False)
def _head_only(reply: Reply, released: Signal, *, reset: bool = False) -> Reply:
    return replace(reply, body=(Mark.RESET if reset else Mark.CUT,))


@_fault(Level.HEAD, "so many seconds before the first byte of the head", streams_only=False)
def _slow_head(reply: Reply, released: Signal, *, seconds: float = 1.0) -> Reply:
    return replace(reply, before=(Pause(seconds), *reply.before))


@_fault(Level.HEAD, "add a header", streams_only=False)
def _header(reply: Reply, released: Signal, *, name: str = "x-test", value: str = "") -> Reply:
    return replace(reply, headers={**reply.headers, name: value})


def fault_table() -> Mapping[str, tuple[str, str]]:
    """Name -> (parameters with defaults, what it does), for help texts and documentation."""
    return {
        name: (
            " ".join(f"{key}={_shown(value)}" for key, value in fault.parameters.items()),
            fault.summary,
        )
        for name, fault in FAULTS.items()
    }


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
