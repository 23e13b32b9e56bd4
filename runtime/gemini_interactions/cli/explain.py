"""Errors of the library, told to a person at a terminal."""

from __future__ import annotations

import shlex
from argparse import Namespace
from urllib.parse import urlsplit

from .._core.settings import NO_CREDENTIALS
from ..errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConnectionFailedError,
    InteractionsError,
    InvalidRequestError,
    NotFoundError,
    NotImplementedByServiceError,
    PermissionDeniedError,
    RateLimitError,
    RedirectRefusedError,
    ServerError,
    StreamInterruptedError,
    TimeoutExpiredError,
    UnexpectedAnswerError,
    WaitTimeoutError,
)
from .exits import Exit, Failure, bug
from .terminal import PROGRAM

NO_KEY = f"set GEMINI_API_KEY, or try it without a key: {PROGRAM} ask --local PROMPT"

NEXT: dict[type[APIError], str] = {
    BadRequestError: "correct the request: the service says what it misses",
    AuthenticationError: "check the key in GEMINI_API_KEY",
    PermissionDeniedError: "check that the key, or the account, may do this",
    NotFoundError: "check the id: interactions are kept for a while only, or were deleted",
    RateLimitError: "wait a while, or check the quota",
    RedirectRefusedError: "check --base-url: this address sends elsewhere",
    NotImplementedByServiceError: "the service cannot do this, or not under this address",
    ServerError: "try again later",
}


def failure_of(error: InteractionsError, options: Namespace) -> Failure:
    """The failure with its exit code, its place and the next step."""
    if isinstance(error, APIError):
        return service_failure(error, options)
    if isinstance(error, UnexpectedAnswerError):
        where = request_line(error.method, error.url)
        hint = "check --base-url: is this an Interactions API?"
        return Failure(Exit.SERVICE, error.message, where=where, next=hint)
    if isinstance(error, StreamInterruptedError):
        where = place(error.interaction_id, error.last_event_id)
        hint = resume_command(options, error.interaction_id, error.last_event_id)
        return Failure(Exit.CONNECTION, error.message, where=where, next=hint)
    if isinstance(error, ConnectionFailedError):
        where = request_line(error.method, error.url)
        return Failure(Exit.CONNECTION, error.message, where=where, next=reconnecting(error))
    if isinstance(error, WaitTimeoutError):
        hint = command_line(options, "wait", error.interaction.id or "ID")
        return Failure(Exit.NOT_COMPLETED, str(error), next=hint)
    if isinstance(error, (ConfigurationError, InvalidRequestError)):
        return usage_failure(str(error))
    return bug(error)


def service_failure(error: APIError, options: Namespace) -> Failure:
    head = " ".join(str(part) for part in (error.status, error.code) if part is not None)
    what = f"the service answered {head}: {error.message}" if head else error.message
    where = request_line(error.method, error.url)
    if error.request_id:
        where += f", request id {error.request_id}"
    if error.interaction_id:
        where += f", {place(error.interaction_id, error.last_event_id)}"
    known = (text for kind, text in NEXT.items() if isinstance(error, kind))
    hint = "an earlier attempt may have done it" if error.maybe_done else next(known, "")
    return Failure(Exit.SERVICE, what, where=where.strip(", "), next=hint)


def usage_failure(what: str) -> Failure:
    if what == NO_CREDENTIALS:
        what = "there is no API key"
        return Failure(Exit.USAGE, what, next=NO_KEY)
    return Failure(Exit.USAGE, what, next=f"see {PROGRAM} --help")


def reconnecting(error: ConnectionFailedError) -> str:
    if isinstance(error, TimeoutExpiredError) and error.limit == "total":
        return "give it more time with --timeout"
    if error.sent and error.method == "POST":
        return "it was not sent again, as it may have arrived"
    if urlsplit(error.url).hostname in ("127.0.0.1", "localhost", "::1"):
        return f"check that the server runs: {PROGRAM} serve"
    return "check the network, and --base-url if you gave one"


def request_line(method: str, url: str) -> str:
    return f"{method} {url}".strip()


def place(interaction_id: str | None, event_id: str | None) -> str:
    found = f"interaction {interaction_id}" if interaction_id else "an interaction without an id"
    return f"{found}, after event {event_id}" if event_id else found


# --- what to type next -------------------------------------------------------------------------


def resume_command(options: Namespace, interaction_id: str | None, event_id: str | None) -> str:
    """How to go on with a stream; empty where there is nothing to go on with."""
    if not interaction_id or is_local(options):
        return ""
    after = ["--after", event_id] if event_id else []
    return command_line(options, "get", interaction_id, "--stream", *after)


def is_local(options: Namespace) -> bool:
    """Whether the service ends together with this command."""
    return bool(getattr(options, "local", False))


def command_line(options: Namespace, *words: str) -> str:
    """A command of ours that reaches the same service, ready to be pasted."""
    given = [PROGRAM]
    for name in ("base_url", "api_revision", "project", "location"):
        value = getattr(options, name)
        if value:
            given += ["--" + name.replace("_", "-"), value]
    if options.vertex:
        given.append("--vertex")
    return shlex.join([*given, *words])
