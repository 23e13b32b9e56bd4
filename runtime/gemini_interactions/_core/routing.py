"""From an operation and its arguments to a URL.

What differs between backends and revisions is data (`Route`, `Backend`); this is the part that
is the same for all of them.

- *Base.* Google's host for the location, or `base_url`, which may carry a path. A `base_url` that
  ends in an API version already has it: the segment is not written twice, and it stands in for
  the backend's default. A gateway whose own path ends like a version and goes on with the API's
  needs an explicit `api_version`.
- *Paths* on Vertex AI are within a project and location, or not, as the revision's service wants
  it, unless `vertex_paths` says otherwise. Without a project (express mode, gateways) they are
  not.
- *Ids* are one segment, whatever they hold.
- *The query* has the route's own parameters and whatever the caller adds. Nothing relies on
  `alt=sse`, and nothing adds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote, urlencode, urlsplit

from attrs import frozen

from ..errors import ConfigurationError, InvalidRequestError
from .log import logger
from .requests import CALL_OPTIONS, did_you_mean

if TYPE_CHECKING:
    from .._bindings import Backend, Route
    from .settings import Settings

__all__ = ["Router", "path_segment"]

VERSION_LIKE: Final = re.compile(r"v[0-9]+((alpha|beta)[0-9]*)?")
KINDS: Final[Mapping[str, type]] = {"string": str, "boolean": bool, "integer": int}


@frozen(kw_only=True)
class Router:
    """Where one client's requests go."""

    root: str
    """All that comes before the API version."""
    version: str
    backend: str
    project: str | None = None
    location: str | None = None
    vertex_paths: str = "default"

    @classmethod
    def of(cls, backends: Mapping[str, Backend], settings: Settings) -> Router:
        if settings.project_from_credentials:
            raise ConfigurationError("the project is not known yet: call Settings.with_project")
        backend = backends[settings.backend]
        base = settings.base_url or google_host(backend, settings.location)
        root, version = root_and_version(base, settings.api_version, backend.api_version)
        return cls(
            root=root,
            version=version,
            backend=settings.backend,
            project=settings.project,
            location=settings.location,
            vertex_paths=settings.vertex_paths,
        )

    def url(
        self,
        route: Route,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        extra_query: Mapping[str, object] | None = None,
    ) -> str:
        """The absolute URL of one request. `path` and `query` hold the operation's arguments."""
        template = route.paths[self.address(route)]
        if not self.version:
            template = template.replace("/{api_version}", "", 1)
        values = {name: path_segment(name, value) for name, value in (path or {}).items()}
        place = {"project": self.project, "location": self.location, "api_version": self.version}
        text = encoded_query({**declared(route, query or {}), **(extra_query or {})})
        return f"{self.root}{template.format_map({**values, **place})}{text and '?' + text}"

    def address(self, route: Route) -> str:
        """Which of a route's paths to take."""
        if self.backend != "vertex":
            return self.backend
        if self.project is None or self.vertex_paths == "unscoped":
            return "vertex_unscoped"
        return "vertex" if self.vertex_paths == "scoped" else route.vertex_default


def google_host(backend: Backend, location: str | None) -> str:
    named = location in backend.hosts
    if location is not None and not named:
        # The service may still know it, so this is no reason to stop.
        logger.warning("the Interactions API is not documented for the region %s", location)
    host = backend.hosts[location if location is not None and named else "*"]
    return f"https://{host.format(location=location)}"


def root_and_version(base: str, chosen: str | None, default: str) -> tuple[str, str]:
    root, _, last = base.rpartition("/") if urlsplit(base).path else (base, "", "")
    if chosen is None:
        return (root, last) if VERSION_LIKE.fullmatch(last) else (base, default)
    return (root, chosen) if last and last == chosen else (base, chosen)


def path_segment(name: str, value: object) -> str:
    """A value as one segment of a path: no character of it means anything there."""
    if not isinstance(value, str):
        raise InvalidRequestError(f"{name} must be a string, got {type(value).__name__}")
    if not value:
        raise InvalidRequestError(f"{name} is empty")
    if value in (".", ".."):  # in the clear, whoever normalises the URL would take them away
        return value.replace(".", "%2E")
    return percent_encoded(name, value)


def percent_encoded(name: str, value: str) -> str:
    try:
        return quote(value, safe="")
    except UnicodeEncodeError as error:
        raise InvalidRequestError(f"{name} is not valid Unicode") from error


def declared(route: Route, query: Mapping[str, object]) -> dict[str, object]:
    """The given ones of a route's own parameters, or an error that names what does not fit."""
    kinds = {parameter.name: KINDS[parameter.kind] for parameter in route.query}
    given = {name: value for name, value in query.items() if value is not None}
    for name, value in given.items():
        if name not in kinds:
            hint = did_you_mean(name, [*kinds, *CALL_OPTIONS])
            raise InvalidRequestError(
                f"{route.operation} has no parameter {name} in this revision{hint}"
            )
        if not isinstance(value, kinds[name]) or (kinds[name] is int and isinstance(value, bool)):
            kind = kinds[name].__name__
            raise InvalidRequestError(f"{name} must be {kind}, got {type(value).__name__}")
    return given


def encoded_query(query: Mapping[str, object]) -> str:
    pairs = [(name, text) for name, value in query.items() for text in texts(name, value)]
    try:
        return urlencode(pairs, quote_via=quote, safe="")
    except UnicodeEncodeError as error:
        raise InvalidRequestError("a query parameter is not valid Unicode") from error


def texts(name: str, value: object) -> Iterator[str]:
    """The values of one parameter: none for None, one for each member of a list."""
    items = cast("Iterable[object]", value) if isinstance(value, (list, tuple)) else (value,)
    for item in items:
        if isinstance(item, bool):
            yield "true" if item else "false"
        elif isinstance(item, (str, int, float)):
            yield str(item)
        elif item is not None:
            kind = type(item).__name__
            raise InvalidRequestError(f"query parameter {name} cannot be sent: it is a {kind}")
