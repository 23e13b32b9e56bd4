"""Who is asking: credentials, the headers they make, and what must never be shown.

A credential gives its headers anew for each attempt, so that a token is fresh even on the last
of many retries. This module does no I/O, save for what google-auth does inside its own objects.

Which header wins, from the weakest: the transport's defaults, `Api-Revision`, the credential,
the quota project that was set explicitly, the client's `headers`, the call's `extra_headers`.
Names are compared without case. A caller's `None` takes a header away: `{"Api-Revision": None}`
switches it off. A caller that brings a key or an authorization of its own stands for itself: the
client's credential is then not even asked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import iscoroutinefunction
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol, cast, runtime_checkable
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit

from attrs import field, frozen

from ..errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    InteractionsError,
    InvalidRequestError,
)

if TYPE_CHECKING:
    from .settings import Settings

__all__ = [
    "ApiKey",
    "Bearer",
    "Credential",
    "GoogleCredentials",
    "NoCredentials",
    "as_credential",
    "brings_credentials",
    "merged",
    "redacted",
    "redacted_url",
    "request_headers",
    "same_origin",
    "without_credentials",
]

API_KEY: Final = "x-goog-api-key"
AUTHORIZATION: Final = "Authorization"
USER_PROJECT: Final = "x-goog-user-project"
REVISION: Final = "Api-Revision"
SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)
HIDDEN: Final = "***"

# --- credentials ---------------------------------------------------------------------------


@runtime_checkable
class Credential(Protocol):
    """What proves who is asking. Bring your own if none of those here fits."""

    def headers(self) -> dict[str, str]:
        """The headers for one attempt. May be called by many threads at once."""
        ...

    def may_block(self) -> bool:
        """Whether `headers` may wait for something now: call it off the event loop then."""
        ...


@frozen
class NoCredentials:
    """Nothing: the other side asks for nothing, or the caller's headers say it all."""

    def headers(self) -> dict[str, str]:
        return {}

    def may_block(self) -> bool:
        return False


def api_key(key: str) -> str:
    return sendable("the API key", key)


@frozen(repr=False)
class ApiKey:
    """A key of the Gemini API, or of Vertex AI."""

    key: str = field(converter=api_key)

    def headers(self) -> dict[str, str]:
        return {API_KEY: self.key}

    def may_block(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"ApiKey({HIDDEN})"


@frozen(repr=False)
class Bearer:
    """An access token, or what gives one: a callable is asked at each attempt."""

    token: str | Callable[[], str]

    def __attrs_post_init__(self) -> None:
        if iscoroutinefunction(self.token):
            raise ConfigurationError("a callable for the bearer token must not be async")
        if not callable(self.token):
            bearer(self.token)

    def headers(self) -> dict[str, str]:
        return {AUTHORIZATION: bearer(self.token() if callable(self.token) else self.token)}

    def may_block(self) -> bool:
        return callable(self.token)

    def __repr__(self) -> str:
        return f"Bearer({'<callable>' if callable(self.token) else HIDDEN})"


class GoogleCredentials:
    """Credentials of google-auth; without an object, the application default ones.

    Those are looked for at first use. An expired token is refreshed by one thread while the
    others wait. `transport` makes what google-auth refreshes over; the default is its adapter
    for urllib3, by way of `proxy`.
    """

    def __init__(
        self,
        credentials: object = None,
        *,
        proxy: str | None = None,
        transport: Callable[[], object] | None = None,
    ) -> None:
        self.is_default = credentials is None
        self._credentials: Any = None if credentials is None else scoped(credentials)
        self._project = self.own_project
        self._transport = transport or (lambda: google_transport(proxy))
        self._lock = Lock()
        self._pid = os.getpid()

    def headers(self) -> dict[str, str]:
        credentials = self._ready()
        headers = {AUTHORIZATION: bearer(credentials.token)}
        quota = getattr(credentials, "quota_project_id", None)
        return {**headers, USER_PROJECT: quota} if isinstance(quota, str) and quota else headers

    def may_block(self) -> bool:
        return self._credentials is None or not self._credentials.valid

    @property
    def own_project(self) -> str | None:
        """The project that the credentials object names, if there is an object and it does."""
        project = getattr(self._credentials, "project_id", None)
        return project if isinstance(project, str) else None

    def project(self) -> str | None:
        """The project that comes with the credentials; looks for default ones, which may block."""
        with self._mutex():
            self._loaded()
        return self._project

    def _ready(self) -> Any:
        credentials = self._credentials
        if credentials is not None and credentials.valid:
            return credentials
        with self._mutex():
            credentials = self._loaded()
            if not credentials.valid:  # else another thread was faster
                refresh(credentials, self._transport())
        return credentials

    def _loaded(self) -> Any:
        if self._credentials is None:
            self._credentials, self._project = application_default()
        return self._credentials

    def _mutex(self) -> Lock:
        # A lock that another thread held when the process forked is never released in the child.
        # The lock is replaced before the pid, so that no thread sees the new pid and the old lock.
        if self._pid != os.getpid():
            self._lock = Lock()
            self._pid = os.getpid()
        return self._lock

    def __repr__(self) -> str:
        what = "default" if self._credentials is None else type(self._credentials).__name__
        return f"GoogleCredentials(<{what}>)"


def as_credential(given: object, *, proxy: str | None = None) -> Credential:
    """What a caller passes as `credentials`, as a credential.

    google-auth's objects are known by their shape, so that google-auth need not be imported.
    """
    if all(hasattr(given, name) for name in ("token", "valid", "refresh")):
        return GoogleCredentials(given, proxy=proxy)
    if isinstance(given, Credential):
        return given
    if callable(given):
        return Bearer(cast("Callable[[], str]", given))
    if isinstance(given, str):
        # A token, or the path of a key file? Guessing could send a path as a token.
        raise ConfigurationError(
            "credentials must not be a string: pass a callable that returns the access token,"
            " or an object of google-auth"
        )
    raise ConfigurationError(
        "credentials must be an object of google-auth or a callable that returns an access"
        f" token, got {type(given).__name__}"
    )


def sendable(name: str, secret: object) -> str:
    """A secret that a header can carry. What is wrong with it is said without showing it."""
    if not isinstance(secret, str):
        raise ConfigurationError(f"{name} must be a string, got {type(secret).__name__}")
    text = secret.strip()
    if not text:
        raise ConfigurationError(f"{name} is empty")
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ConfigurationError(f"{name} holds blanks or characters that no header can carry")
    return text


def bearer(token: object) -> str:
    """The value of the header, whether or not the token comes with the scheme before it."""
    if isinstance(token, str) and token[:7].lower() == "bearer ":
        token = token[7:]
    return "Bearer " + sendable("the access token", token)


# --- google-auth, imported only when it is needed ------------------------------------------


def google_module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ConfigurationError(
            'Google Cloud credentials need google-auth: pip install "gemini-interactions[vertex]"'
        ) from error


def application_default() -> tuple[Any, str | None]:
    auth = google_module("google.auth")
    try:
        credentials, project = auth.default(scopes=list(SCOPES))
    except auth.exceptions.DefaultCredentialsError as error:
        raise ConfigurationError(
            "no Google Cloud credentials were found: run `gcloud auth application-default login`,"
            f" pass credentials= or api_key=. google-auth says: {reason(error)}"
        ) from error
    return credentials, project


def scoped(credentials: Any) -> Any:
    """A service account's key without a scope would get no token at all."""
    if getattr(credentials, "requires_scopes", False) is True:
        return credentials.with_scopes(list(SCOPES))
    return credentials


def refresh(credentials: Any, transport: object) -> None:
    exceptions = google_module("google.auth.exceptions")
    try:
        credentials.refresh(transport)
    except exceptions.GoogleAuthError as error:
        message = f"the Google credentials could not be refreshed: {reason(error)}"
        passing = isinstance(error, exceptions.TransportError) or error.retryable
        if passing:
            raise ConnectionFailedError(message, sent=False) from error
        raise AuthenticationError(message, status=None) from error


def reason(error: Exception) -> str:
    """The first argument only: the ones after it can be a token endpoint's whole answer."""
    return str(error.args[0]) if error.args else type(error).__name__


def google_transport(proxy: str | None) -> object:
    adapter = google_module("google.auth.transport.urllib3")
    import urllib3

    direct = adapter.Request(urllib3.PoolManager())
    if proxy is None:
        return direct
    parts = urlsplit(proxy)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    headers = urllib3.make_headers(proxy_basic_auth=f"{user}:{password}") if user else None
    proxied = adapter.Request(urllib3.ProxyManager(proxy, proxy_headers=headers))

    def request(url: str, *args: Any, **options: Any) -> Any:
        # The metadata server, the only one without TLS, is on this machine's side of a proxy.
        return (direct if url.startswith("http:") else proxied)(url, *args, **options)

    return request


# --- headers -------------------------------------------------------------------------------

Headers = Mapping[str, "str | None"]

HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def request_headers(
    settings: Settings,
    *,
    revision: str | None,
    defaults: Headers | None = None,
    extra: Headers | None = None,
) -> dict[str, str]:
    """All headers of one attempt.

    `revision` is the header value of the client's API revision, `defaults` is what the transport
    would send by itself, `extra` is the call's `extra_headers`.
    """
    caller = merged(settings.headers, checked_headers("extra_headers", extra, InvalidRequestError))
    proof = {} if brings_credentials(caller) else settings.credential.headers()
    quota = {USER_PROJECT: settings.quota_project} if settings.quota_project else {}
    chosen = merged(defaults or {}, {REVISION: revision}, proof, quota, caller)
    return {name: value for name, value in chosen.items() if value is not None}


def merged(*layers: Headers) -> dict[str, str | None]:
    """One mapping, in which a later layer's header replaces an earlier one whatever its case."""
    chosen: dict[str, tuple[str, str | None]] = {}
    for layer in layers:
        for name, value in layer.items():
            chosen[name.lower()] = (name, value)
    return dict(chosen.values())


def brings_credentials(headers: Headers) -> bool:
    """Whether a caller's headers prove who is asking, so that ours must not."""
    return any(
        value is not None and name.lower() in (API_KEY, AUTHORIZATION.lower())
        for name, value in headers.items()
    )


def checked_headers(
    source: str, headers: object, error: type[InteractionsError]
) -> dict[str, str | None]:
    """Headers that can be sent as they are. Their values are not shown: they may be secrets."""
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise error(f"{source} must be a mapping, got {type(headers).__name__}")
    checked: dict[str, str | None] = {}
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str) or not HEADER_NAME.fullmatch(name):
            raise error(f"{source}: {name!r} is not the name of a header")
        if value is not None and not isinstance(value, str):
            raise error(f"{source}: {name} must be a string or None, got {type(value).__name__}")
        if value is not None and not HEADER_VALUE.fullmatch(value):
            raise error(f"{source}: {name} holds characters that no header can carry")
        checked[name] = value
    return checked


def without_credentials(headers: Mapping[str, str]) -> dict[str, str]:
    """What may be sent to another origin."""
    return {name: value for name, value in headers.items() if not is_secret(name)}


# --- what must not be shown ----------------------------------------------------------------

SECRET_NAME: Final = re.compile(
    r"key|sig|auth"
    r"|.*(api[-_]?key|authorization|cookie|credential|passw|secret|signature|token).*"
)


def is_secret(name: str) -> bool:
    return SECRET_NAME.fullmatch(name.strip().lower()) is not None


def redacted(headers: Mapping[str, str | None]) -> dict[str, str | None]:
    """Headers that can be shown."""
    return {name: HIDDEN if is_secret(name) else value for name, value in headers.items()}


def redacted_url(url: str) -> str:
    """A URL that can be shown: without userinfo, keys and tokens. Any text will do."""
    address, *rest = re.split(r"([?&#])", re.sub(r"(?<=//)[^/?#]*@", f"{HIDDEN}@", url, count=1))
    return address + "".join(map(redacted_parameter, rest))


def redacted_parameter(text: str) -> str:
    """`name=value`; some servers split at semicolons, too. A name may be percent-encoded."""
    for match in re.finditer(r"(?:^|;)([^=;]*)=", text):
        if is_secret(unquote_plus(match[1])):
            return f"{text[: match.end()]}{HIDDEN}"
    return text


def same_origin(one: str, other: str) -> bool:
    """Whether two URLs have scheme, host and port in common; false for what is no URL."""
    try:
        return origin(urlsplit(one)) == origin(urlsplit(other))
    except ValueError:
        return False


def origin(url: SplitResult) -> tuple[str, str, int]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    if not url.hostname or port is None:
        raise ValueError("not an absolute http URL")
    return url.scheme, url.hostname, port
