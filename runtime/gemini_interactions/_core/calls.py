"""What each operation of the client does: arguments → procedure. Shared by both shells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import define, evolve, field, frozen

from ..errors import APIError, InvalidRequestError, NotFoundError, UnexpectedAnswerError
from ..hooks import Hooks, guarded
from .answers import Origin, json_object
from .auth import GoogleCredentials, request_headers
from .events import is_running
from .exchange import OpenResponse, Policy, Procedure, exchange, open_stream
from .limits import Clock, Deadline, Timeout, TimeoutLike, as_timeout
from .progress import Progress
from .requests import (
    CALL_OPTIONS,
    JSON_ACCEPT,
    STREAM_ACCEPT,
    STREAM_OPTIONS,
    Request,
    create_body,
    did_you_mean,
    encoded,
)
from .resume import Resume, ResumeLike, as_resume
from .retry import Retry, RetryLike, as_retry
from .routing import Router
from .session import Reopening, StreamOptions, StreamSession
from .settings import Settings
from .waiting import Polling, wait

if TYPE_CHECKING:
    from .._bindings import Bindings

ValueT = TypeVar("ValueT")

ALREADY_CANCELLED = frozenset({400, 409})

DEFAULT_STREAM = StreamOptions()


@frozen
class Answer(Generic[ValueT]):
    """A value and the exchange it came from."""

    value: ValueT
    origin: Origin
    payload: Mapping[str, Any] = {}
    """The JSON that the value was made of, as it came."""


@frozen
class Opened:
    """An open stream, ready to be read."""

    response: OpenResponse
    session: StreamSession
    origin: Origin


@frozen(kw_only=True)
class CallOptions:
    """What every call takes."""

    timeout: TimeoutLike = None
    retry: RetryLike = None
    extra_headers: Mapping[str, str] | None = None
    extra_query: Mapping[str, Any] | None = None
    resume: ResumeLike = None
    stream: StreamOptions = DEFAULT_STREAM
    deadline: Deadline | None = None
    """Of something that this call is a part of."""


def split_options(arguments: dict[str, Any]) -> CallOptions:
    """Take the options of a call out of its arguments; what stays is for the service."""
    options = {name: arguments.pop(name) for name in CALL_OPTIONS if name in arguments}
    stream = {name: arguments.pop(name) for name in STREAM_OPTIONS if name in arguments}
    if "resume" in stream:
        options["resume"] = stream.pop("resume")
    return CallOptions(**options, stream=StreamOptions(**stream))


def only_options(arguments: Mapping[str, Any]) -> CallOptions:
    """The options of a call that takes nothing else."""
    for name in arguments:
        if name not in CALL_OPTIONS:
            raise InvalidRequestError(
                f"there is no argument {name!r}{did_you_mean(name, CALL_OPTIONS)}"
            )
    return CallOptions(**arguments)


@define(kw_only=True, eq=False)
class Calls:
    """One client's operations, with its settings and defaults."""

    bindings: Bindings
    settings: Settings
    timeout: Timeout
    retry: Retry
    resume: Resume
    polling: Polling
    hooks: Hooks = field(converter=guarded)
    clock: Clock
    _router: Router | None = field(default=None, init=False)

    @property
    def router(self) -> Router:
        """Where requests go. On first use it may have to ask the credentials for the project."""
        if self._router is None:
            settings = self.settings
            if settings.project_from_credentials:
                assert isinstance(settings.credential, GoogleCredentials)
                settings = settings.with_project(settings.credential.project())
            self._router = Router.of(self.bindings.backends, settings)
        return self._router

    def router_may_block(self) -> bool:
        """Whether `router` may wait for something now: ask for it off the event loop then."""
        return self._router is None and self.settings.project_from_credentials

    # --- operations ----------------------------------------------------------------------------

    def create(
        self, arguments: dict[str, Any], deadline: Deadline | None = None
    ) -> Procedure[Answer[Any]]:
        request, options = self.create_request(arguments, streaming=False, deadline=deadline)
        return self.interaction(request, self.policy(options))

    def create_stream(
        self, arguments: dict[str, Any], deadline: Deadline | None = None
    ) -> Procedure[Opened]:
        request, options = self.create_request(arguments, streaming=True, deadline=deadline)
        return self.stream(request, options, Progress())

    def get(
        self, interaction_id: str, query: Mapping[str, Any], options: CallOptions
    ) -> Procedure[Answer[Any]]:
        request = self.request("get", options, interaction_id, query)
        return self.interaction(request, self.policy(options))

    def get_stream(
        self, interaction_id: str, query: Mapping[str, Any], options: CallOptions
    ) -> Procedure[Opened]:
        kept = {name: value for name, value in query.items() if name != "last_event_id"}
        progress = Progress(interaction_id, query.get("last_event_id") or None)
        request = self.stream_request(interaction_id, progress.cursor, kept, options)
        return self.stream(request, options, progress, kept)

    def cancel(self, interaction_id: str, options: CallOptions) -> Procedure[Answer[Any]]:
        request = self.request("cancel", options, interaction_id)
        policy = self.policy(options)
        try:
            return (yield from self.interaction(request, policy))
        except APIError as error:
            if not error.maybe_done or error.status not in ALREADY_CANCELLED:
                raise
            # What refuses the repetition may be the work of the attempt before it.
            request = self.request("get", options, interaction_id)
            answer = yield from self.interaction(request, policy)
            if is_running(answer.value.status):
                raise
            return answer

    def delete(self, interaction_id: str, options: CallOptions) -> Procedure[Answer[None]]:
        request = self.request("delete", options, interaction_id)
        try:
            origin, _ = yield from exchange(request, self.policy(options))
        except NotFoundError as error:
            if not error.maybe_done:
                raise
            origin = Origin.of(request, error.status, error.headers)
        return Answer(None, origin)

    def wait(
        self,
        interaction_id: str,
        options: CallOptions,
        polling: Polling | None,
        on_poll: Callable[[Any], None] | None,
    ) -> Procedure[Any]:
        policy = self.policy(options)

        def get() -> Procedure[Any]:
            request = self.request("get", options, interaction_id)
            answer = yield from self.interaction(request, policy)
            return answer.value

        return wait(get, polling or self.polling, policy.deadline, on_poll)

    # --- how -----------------------------------------------------------------------------------

    def interaction(self, request: Request, policy: Policy) -> Procedure[Answer[Any]]:
        origin, body = yield from exchange(request, policy)
        payload = json_object(origin, body)
        return Answer(self.structured(payload, origin), origin, payload)

    def structured(self, payload: dict[str, Any], origin: Origin) -> Any:
        try:
            return self.bindings.structure(self.bindings.types.Interaction, payload)
        except ValueError as error:
            # The answer may be paid for: it stays on the error.
            raise UnexpectedAnswerError(
                f"the answer is no interaction: {error}",
                status=origin.status,
                method=origin.method,
                url=origin.url,
                body=payload,
            ) from error

    def stream(
        self,
        request: Request,
        options: CallOptions,
        progress: Progress,
        query: Mapping[str, Any] | None = None,
    ) -> Procedure[Opened]:
        """`query` is what every request for this interaction asks for, those to come too."""
        policy = self.policy(options)
        session = StreamSession(
            self.bindings,
            policy=policy,
            resume=as_resume(options.resume, self.resume),
            reopening=Reopening(
                stream=lambda i, cursor: self.stream_request(i, cursor, query, options),
                interaction=lambda i: self.interaction(
                    self.request("get", options, i, query), policy
                ),
            ),
            options=options.stream,
            progress=progress,
        )
        response, origin = yield from open_stream(request, policy)
        session.begin(origin)
        return Opened(response, session, origin)

    def policy(self, options: CallOptions) -> Policy:
        timeout = as_timeout(options.timeout, self.timeout)
        return Policy(
            timeout=timeout,
            retry=as_retry(options.retry, self.retry),
            deadline=options.deadline or Deadline.after(timeout.total, self.clock),
            hooks=self.hooks,
        )

    def headers(self, request: Request) -> dict[str, str]:
        """All headers of one attempt. May wait for a token."""
        return request_headers(
            self.settings,
            revision=self.bindings.header,
            defaults=request.headers,
            extra=request.extra_headers,
        )

    # --- requests ------------------------------------------------------------------------------

    def create_request(
        self, arguments: dict[str, Any], *, streaming: bool, deadline: Deadline | None = None
    ) -> tuple[Request, CallOptions]:
        fields = dict(arguments)
        options = evolve(split_options(fields), deadline=deadline)
        extra_body = fields.pop("extra_body", None)
        body = create_body(self.bindings, fields, extra_body)
        if streaming:
            body["stream"] = True
        return self.request("create", options, body=encoded(body), streaming=streaming), options

    def stream_request(
        self,
        interaction_id: str,
        cursor: str | None,
        query: Mapping[str, Any] | None,
        options: CallOptions,
    ) -> Request:
        asked = {**(query or {}), "stream": True, "last_event_id": cursor}
        return self.request("get", options, interaction_id, asked)

    def request(
        self,
        operation: str,
        options: CallOptions,
        interaction_id: str | None = None,
        query: Mapping[str, Any] | None = None,
        *,
        body: bytes | None = None,
        streaming: bool | None = None,
    ) -> Request:
        route = self.bindings.routes[f"interactions.{operation}"]
        if streaming is None:
            streaming = bool(query and query.get("stream"))
        own = {"Accept": STREAM_ACCEPT if streaming else JSON_ACCEPT}
        if streaming:
            own["Accept-Encoding"] = "identity"  # so that no byte waits in a decompressor
        if body is not None:
            own["Content-Type"] = "application/json"
        return Request(
            operation=route.operation,
            method=route.method,
            url=self.router.url(
                route,
                path={} if operation == "create" else {"id": interaction_id},
                query=query,
                extra_query=options.extra_query,
            ),
            headers=own,
            extra_headers=options.extra_headers,
            body=body,
            streaming=streaming,
            billable=operation == "create",
        )
