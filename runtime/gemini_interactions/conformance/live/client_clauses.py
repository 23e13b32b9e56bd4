"""All that a client has to keep to: clauses about each request, and about what went before it."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from attrs import define, field, frozen

from ..._bindings import LATEST, REVISIONS, bindings_of
from ..._core.auth import is_secret
from ...testing import FAULTS, RecordedRequest
from ...testing.faults import Level
from ..examining import validator_of
from ..excerpts import is_object
from ..findings import Finding, Place
from ..inputs.json_text import NotJson, parsed
from ..validation import Validator
from .clauses import odd
from .tape import EVENT_STREAM, media_type

__all__ = ["AFTERWARDS", "CLAUSES", "Afterwards", "ClientClause", "Create", "Seen", "place_of"]

REMEMBERED: Final = 10_000
LOSING: Final = frozenset({Level.REFUSE, Level.REPLACE, Level.ENDING, Level.HEAD})
"""Faults on these levels can cost a client the answer."""
JSON_TYPE: Final = "application/json"
BOOLEANS: Final = ("true", "false")
CREDENTIALS: Final = ("x-goog-api-key", "authorization")


@frozen(eq=False)
class Create:
    """A create that came, and as the how-manieth request."""

    request: RecordedRequest
    number: int
    digest: bytes
    """Of its body."""

    @property
    def place(self) -> Place:
        return place_of(self.request, self.number)


@define
class Seen:
    """What was seen of a client up to the request that is judged."""

    revision: str | None = None
    """The one that is agreed on. `None`: the one that a request names, or the latest."""
    event_known: Callable[[str, str], bool | None] = lambda interaction_id, event_id: None
    """Whether an event of an interaction was given out; `None` where nobody knows."""
    count: int = 0
    creates: deque[Create] = field(factory=lambda: deque(maxlen=REMEMBERED))
    """The newest ones, oldest first."""

    def validator(self, request: RecordedRequest) -> Validator:
        named = request.headers.get("api-revision", "")
        return validator_of(named if named in REVISIONS else self.revision or LATEST)

    def done_with(self, request: RecordedRequest) -> None:
        """Remember it for those to come."""
        if request.operation == "create":
            digest = hashlib.sha256(request.body).digest()
            self.creates.append(Create(request, self.count, digest))


Check: TypeAlias = Callable[[RecordedRequest, Seen, Place], Iterator[Finding]]


@frozen(kw_only=True)
class ClientClause:
    id: str
    sentence: str
    applies: Callable[[RecordedRequest, Seen], bool]
    """Whether it says something about a request."""
    check: Check


@frozen(kw_only=True)
class Afterwards:
    """A clause about all creates, once they are answered."""

    id: str
    sentence: str
    about: Callable[[Seen], list[Create]]
    """Those that it says something about."""
    check: Callable[[Create, Seen], Iterator[Finding]]


def clause(
    id: str, sentence: str, *, applies: Callable[[RecordedRequest, Seen], bool] | None = None
) -> Callable[[Check], ClientClause]:
    def made(check: Check) -> ClientClause:
        return ClientClause(id=id, sentence=sentence, applies=applies or routed, check=check)

    return made


def routed(request: RecordedRequest, seen: Seen) -> bool:
    return request.route is not None


def creates(request: RecordedRequest, seen: Seen) -> bool:
    return request.operation == "create"


def place_of(request: RecordedRequest, number: int) -> Place:
    """Where a finding is: the request line, without secrets, and its number."""
    return Place(source=f"{request.method} {request.raw_path}", position=f"request {number}")


# --- where to --------------------------------------------------------------------------------


@clause(
    "route.path",
    "Each request is for a path and method that the API has.",
    applies=lambda request, seen: True,
)
def route_path(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    if request.route is None:
        message = "the API has no such operation"
        yield odd(place, "request", "path", message, f"{request.method} {request.raw_path}")


@clause("route.query", "A query holds the operation's own parameters, of the right kind.")
def route_query(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    route = bindings_of(seen.validator(request).revision).routes[
        f"interactions.{request.operation}"
    ]
    kinds = {parameter.name: parameter.kind for parameter in route.query}
    for name, value in parse_qsl(request.raw_query, keep_blank_values=True):
        if is_secret(name):
            continue  # a clause of its own
        if name not in kinds:
            message = f"{request.operation} has no parameter {name!r}"
            yield odd(place, "request", "query", message, value, pointer=f"/{name}")
        elif kinds[name] == "boolean" and value not in BOOLEANS:
            message = "true or false is expected"
            yield odd(place, "request", "query", message, value, pointer=f"/{name}")


@clause(
    "route.stream",
    "A stream is asked for where the operation has its switch: a create in its body, a get in its "
    "query.",
)
def route_stream(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    asks = EVENT_STREAM in accepted(request)
    if asks and request.operation in ("create", "get") and not request.wants_stream:
        where = "stream: true in the body" if request.operation == "create" else "?stream=true"
        message = f"accept asks for an event stream, and {where} is missing"
        yield odd(place, "request", "stream", message, request.headers["accept"])


# --- who and what ----------------------------------------------------------------------------


@clause("header.key", "A key goes into a header, never into the address.")
def header_key(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    for name, _ in parse_qsl(request.raw_query, keep_blank_values=True):
        if is_secret(name):
            message = f"{name} stands in the address, which is logged on its way"
            yield odd(place, "request", "key", message, None, pointer=f"/{name}")
    if not any(request.headers.get(name) for name in CREDENTIALS):
        message = f"a key in {CREDENTIALS[0]}, or {CREDENTIALS[1]}, is expected"
        yield odd(place, "request", "key", message, None)


@clause(
    "header.revision",
    "A revision that is named exists; where one was agreed on, each request names it.",
)
def header_revision(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    named = request.headers.get("api-revision")
    if seen.revision is not None:
        agreed = bindings_of(seen.revision).header
        if named != agreed:
            message = f"Api-Revision {agreed} is expected" if agreed else "it has no header"
            yield odd(place, "request", "revision", message, named)
    elif named is not None and named not in [bindings_of(each).header for each in REVISIONS]:
        yield odd(place, "request", "revision", f"{', '.join(REVISIONS)} are known", named)


@clause("header.accept", "A client takes what it asks for: an event stream, or JSON.")
def header_accept(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    wanted = EVENT_STREAM if request.wants_stream else JSON_TYPE
    kinds = accepted(request)
    if kinds and not {wanted, wanted.partition("/")[0] + "/*", "*/*"} & kinds:
        message = f"{wanted} comes, and accept rules it out"
        yield odd(place, "request", "accept", message, request.headers["accept"])


def accepted(request: RecordedRequest) -> set[str]:
    kinds = request.headers.get("accept", "").split(",")
    return {kind.partition(";")[0].strip().lower() for kind in kinds} - {""}


@clause(
    "header.content-type",
    "A body is said to be JSON.",
    applies=lambda request, seen: request.route is not None and bool(request.body),
)
def header_content_type(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    if media_type(request.headers) != JSON_TYPE:
        got = request.headers.get("content-type")
        yield odd(place, "request", "content-type", f"{JSON_TYPE} is expected", got)


# --- bodies ----------------------------------------------------------------------------------


@clause("body.json", "The body of a create is a JSON object, in UTF-8.", applies=creates)
def body_json(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    try:
        payload = parsed(request.body)
    except NotJson as problem:
        yield odd(place, "request", problem.rule, str(problem), None)
        return
    if not isinstance(payload, dict):
        yield odd(place, "request", "type", "an object is expected", None)


@clause("body.schema", "The body of a create is what the schema says.", applies=creates)
def body_schema(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    if is_object(request.json):
        for deviation in seen.validator(request).request(request.json):
            yield Finding(place=place, kind="request", deviation=deviation)


@clause(
    "body.none",
    "Only a create has a body.",
    applies=lambda request, seen: request.operation in ("get", "cancel", "delete"),
)
def body_none(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    if request.body.strip() not in (b"", b"{}"):
        yield odd(place, "request", "body", "no body is expected", f"{len(request.body)} bytes")


# --- one after the other -----------------------------------------------------------------------


def resumes(request: RecordedRequest, seen: Seen) -> bool:
    cursor = request.last_event_id
    return cursor is not None and seen.event_known(request.interaction_id, cursor) is not None


@clause(
    "resume.cursor",
    "A stream is taken up after an event of its own, and as a stream.",
    applies=resumes,
)
def resume_cursor(request: RecordedRequest, seen: Seen, place: Place) -> Iterator[Finding]:
    cursor = request.last_event_id or ""
    if not seen.event_known(request.interaction_id, cursor):
        message = "this interaction has no event of that id"
        yield odd(place, "request", "cursor", message, cursor, pointer="/last_event_id")
    if not request.wants_stream:
        message = "last_event_id means nothing without stream=true"
        yield odd(place, "request", "cursor", message, cursor, pointer="/last_event_id")


CLAUSES: tuple[ClientClause, ...] = (
    route_path,
    route_query,
    route_stream,
    header_key,
    header_revision,
    header_accept,
    header_content_type,
    body_json,
    body_schema,
    body_none,
    resume_cursor,
)


# --- in the end --------------------------------------------------------------------------------


def fitting_creates(seen: Seen) -> list[Create]:
    return [create for create in seen.creates if fits(create.request, seen)]


def fits(request: RecordedRequest, seen: Seen) -> bool:
    deviations = seen.validator(request).request(request.json)
    return all(deviation.known for deviation in deviations)


def refused_for_meaning(create: Create, seen: Seen) -> Iterator[Finding]:
    """The service refuses some of what its schema allows; our server does so on purpose."""
    if create.request.status == 400 and not create.request.faults:
        yield odd(create.place, "request", "refused", "it is answered 400", None)


def lost_creates(seen: Seen) -> list[Create]:
    return [create for create in seen.creates if is_lost(create.request)]


def is_lost(request: RecordedRequest) -> bool:
    """Whether a fault came between a create and its answer. What was refused may be sent again."""
    refused = request.status is not None and (400 <= request.status < 500 or request.status == 503)
    faults = (FAULTS[name] for name in request.faults)
    return not refused and any(fault.level in LOSING or fault.name == "stall" for fault in faults)


def sent_again(create: Create, seen: Seen) -> Iterator[Finding]:
    for later in seen.creates:
        if later.number > create.number and later.digest == create.digest:
            met = ", ".join(create.request.faults)
            message = f"the same create was request {create.number}, and met {met}"
            yield odd(later.place, "request", "repeated", message, create.request.status)


AFTERWARDS: tuple[Afterwards, ...] = (
    Afterwards(
        id="create.once",
        sentence="A create whose answer was lost is not sent again: it may have been paid for.",
        about=lost_creates,
        check=sent_again,
    ),
    Afterwards(
        id="body.meaning",
        sentence="No create that fits the schema is refused for what it means.",
        about=fitting_creates,
        check=refused_for_meaning,
    ),
)
