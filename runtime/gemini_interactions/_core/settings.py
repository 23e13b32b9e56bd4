"""What a client was told, by its arguments and by the environment, and what follows from it.

Pure: the environment is a mapping that is handed in, and nothing is looked up. The rules:

- *Arguments beat the environment.* An empty variable is one that is not set; an empty argument
  is an error.
- *Two keys.* `GOOGLE_API_KEY` wins over `GEMINI_API_KEY`, with a warning, as in Google's SDK.
- *Which backend.* `vertexai`, else `GOOGLE_GENAI_USE_VERTEXAI`, else the Gemini API. Only Vertex
  AI has projects and locations, so those as arguments mean Vertex AI too. (The variable
  `GOOGLE_CLOUD_PROJECT` does not: it is set on many machines for other reasons.)
- *Who is asking.* `credentials` or `api_key`, else the caller's own headers, else a key of the
  environment, else, on Vertex AI, the application default credentials. A client that cannot say
  who it is cannot be built.
- *On Vertex AI a key and a project of the environment exclude each other.* A key as the only
  argument is express mode, which has no project; a project or location, wherever it is from,
  makes the environment's key void.
- *A `base_url` that is not Google's* is someone's gateway or test server. It needs no credentials
  and no project, and neither default credentials nor the environment's project go there unless a
  `project` argument asks for them. A key does, and so does all else that was given.
- *The environment's quota project* goes with tokens only: an API key's project is fixed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, cast, get_args
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from ..errors import ConfigurationError
from .auth import (
    ApiKey,
    Credential,
    GoogleCredentials,
    NoCredentials,
    as_credential,
    brings_credentials,
    checked_headers,
    merged,
    redacted,
    redacted_url,
    sendable,
)
from .log import logger

__all__ = ["Settings", "VertexPaths"]

VertexPaths = Literal["default", "scoped", "unscoped"]

TRUE: Final = frozenset({"true", "1", "yes", "y", "t", "on"})
FALSE: Final = frozenset({"false", "0", "no", "n", "f", "off"})

# Each of these becomes part of a host, a path or a header: what could change the meaning of the
# whole is not among the characters they may have.
LOCATION: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PROJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,254}")
VERSION: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,62})?")

NO_CREDENTIALS: Final = (
    "there are no credentials: pass api_key=, or set GEMINI_API_KEY or GOOGLE_API_KEY;"
    " for Vertex AI pass vertexai=True, or set GOOGLE_GENAI_USE_VERTEXAI=true"
)
NO_PROJECT: Final = (
    "Vertex AI needs a project: pass project=, or set GOOGLE_CLOUD_PROJECT"
    ' (an api_key alone needs none, nor does vertex_paths="unscoped")'
)


def shown_url(url: str | None) -> str:
    return repr(url and redacted_url(url))


def shown_headers(headers: Mapping[str, str | None]) -> str:
    return repr(redacted(headers))


@frozen(kw_only=True)
class Settings:
    """All that a client needs to know to address and authorise its requests."""

    backend: Literal["gemini", "vertex"]
    credential: Credential
    project: str | None = None
    project_from_credentials: bool = False
    """Only the default credentials know the project: `with_project` completes the settings."""
    location: str | None = None
    base_url: str | None = field(default=None, repr=shown_url)
    """Without a slash at its end. `None` for Google's own hosts."""
    api_version: str | None = None
    """`None` for the backend's own; empty for no such segment in the path."""
    api_revision: str | None = None
    quota_project: str | None = None
    vertex_paths: VertexPaths = "default"
    proxy: str | None = field(default=None, repr=shown_url)
    timeout: float | None = None
    """Seconds, from `http_options`."""
    headers: Mapping[str, str | None] = field(factory=dict[str, "str | None"], repr=shown_headers)

    @classmethod
    def resolve(
        cls,
        *,
        environ: Mapping[str, str],
        api_key: str | None = None,
        vertexai: bool | None = None,
        project: str | None = None,
        location: str | None = None,
        credentials: object = None,
        base_url: str | None = None,
        api_version: str | None = None,
        api_revision: str | None = None,
        quota_project: str | None = None,
        vertex_paths: VertexPaths = "default",
        proxy: str | None = None,
        http_options: object = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Settings:
        options = HttpOptions.read(http_options)
        own_headers = checked_headers("headers", headers, ConfigurationError)
        given = Given(
            environ=environ,
            api_key=None if api_key is None else ApiKey(sendable("api_key", api_key)),
            project=matching("project", project, PROJECT),
            location=matching("location", location, LOCATION),
            credentials=credentials,
            base_url=one_of("base_url", checked_url("base_url", base_url), options.base_url),
            vertex_paths=checked_paths(vertex_paths),
            proxy=checked_url("proxy", proxy, userinfo=True),
            headers=merged(options.headers, own_headers),
        )
        found = given.on_vertex() if given.wants_vertex(vertexai) else given.on_gemini()
        version = matching("api_version", api_version, VERSION)
        quota = matching("quota_project", quota_project, PROJECT)
        return evolve(
            found,
            api_version=one_of("api_version", version, options.api_version),
            api_revision=api_revision,
            quota_project=quota or environment_quota(environ, found),
            vertex_paths=given.vertex_paths,
            proxy=given.proxy,
            timeout=options.timeout,
            headers=given.headers,
        )

    def with_project(self, project: str | None) -> Settings:
        """These settings with the project that the default credentials came with."""
        if project is None:
            raise ConfigurationError(f"the default credentials name no project. {NO_PROJECT}")
        checked = matching("the project of the default credentials", project, PROJECT)
        return evolve(self, project=checked, project_from_credentials=False)


@frozen(kw_only=True, repr=False)
class Given:
    """The arguments, each sound by itself, and the environment: what they mean together."""

    environ: Mapping[str, str]
    api_key: ApiKey | None
    project: str | None
    location: str | None
    credentials: object
    base_url: str | None
    vertex_paths: VertexPaths
    proxy: str | None
    headers: Mapping[str, str | None]

    def wants_vertex(self, vertexai: object) -> bool:
        if vertexai is not None and not isinstance(vertexai, bool):
            raise ConfigurationError(f"vertexai must be a bool, got {type(vertexai).__name__}")
        place = "project" if self.project else "location" if self.location else None
        if vertexai is False and place:
            raise ConfigurationError(
                f"vertexai=False and {place} are both given: the Gemini API has no {place}"
            )
        if vertexai is not None:
            return vertexai
        if switch(self.environ, "GOOGLE_GENAI_USE_VERTEXAI"):
            return True
        if place and self.api_key:
            raise ConfigurationError(
                f"api_key and {place} are both given: pass vertexai=True for Vertex AI,"
                f" or no {place} for the Gemini API"
            )
        return place is not None

    def stated_credential(self) -> Credential | None:
        """What the caller says about who is asking, if anything."""
        if self.credentials is not None:
            if self.api_key is not None:
                raise ConfigurationError("api_key and credentials are both given: pass one")
            return as_credential(self.credentials, proxy=self.proxy)
        return self.api_key or (NoCredentials() if brings_credentials(self.headers) else None)

    def on_gemini(self) -> Settings:
        base_url = self.base_url or url_variable(self.environ, "GOOGLE_GEMINI_BASE_URL")
        credential = self.stated_credential() or environment_key(self.environ)
        if credential is None and not is_foreign(base_url):
            raise ConfigurationError(NO_CREDENTIALS)
        return Settings(
            backend="gemini", credential=credential or NoCredentials(), base_url=base_url
        )

    def on_vertex(self) -> Settings:
        base_url = self.base_url or url_variable(self.environ, "GOOGLE_VERTEX_BASE_URL")
        foreign = is_foreign(base_url)
        credential = self.stated_credential()
        project, location = self.project, self.location
        express = isinstance(credential, ApiKey) and not (project or location)
        if not foreign and not express:
            project = project or variable(self.environ, "GOOGLE_CLOUD_PROJECT", PROJECT)
            location = location or variable(self.environ, "GOOGLE_CLOUD_LOCATION", LOCATION)
        if credential is None and not project and not location:
            credential = environment_key(self.environ)
        if credential is None:
            to_nobody = foreign and not project
            credential = NoCredentials() if to_nobody else GoogleCredentials(proxy=self.proxy)
        if isinstance(credential, GoogleCredentials) and not foreign:
            project = project or credential.own_project
        return Settings(
            backend="vertex",
            credential=credential,
            project=project,
            project_from_credentials=self.lacks_project(project, credential, foreign),
            location=location or "global",
            base_url=base_url,
        )

    def lacks_project(self, project: str | None, credential: Credential, foreign: bool) -> bool:
        """Whether the project is still to come, from the default credentials."""
        optional = foreign or isinstance(credential, ApiKey)
        if project or self.vertex_paths == "unscoped":
            return False
        if optional and self.vertex_paths == "default":
            return False
        if isinstance(credential, GoogleCredentials) and credential.is_default:
            return True
        raise ConfigurationError(NO_PROJECT)


# --- http_options, the other SDK's way of saying some of it --------------------------------


@frozen(kw_only=True, repr=False)
class HttpOptions:
    """What is understood of `http_options`, checked."""

    base_url: str | None
    api_version: str | None
    headers: Mapping[str, str | None]
    timeout: float | None
    """Seconds; given in milliseconds."""

    @classmethod
    def read(cls, given: object) -> HttpOptions:
        values = option_values(given)
        known = ("base_url", "api_version", "headers", "timeout")
        unknown = [repr(key) for key in values if key not in known]
        if unknown:
            raise ConfigurationError(
                f"http_options has no {', '.join(unknown)}: it understands {', '.join(known)}"
            )
        name = "http_options.{}".format
        return cls(
            base_url=checked_url(name("base_url"), values.get("base_url")),
            api_version=matching(name("api_version"), values.get("api_version"), VERSION),
            headers=checked_headers(name("headers"), values.get("headers"), ConfigurationError),
            timeout=seconds(name("timeout"), values.get("timeout")),
        )


def option_values(given: object) -> Mapping[str, Any]:
    """The options of a mapping, or of an object, whose unset options are attributes of None."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return cast("Mapping[str, Any]", given)
    if hasattr(given, "__dict__"):
        return {name: value for name, value in vars(given).items() if value is not None}
    raise ConfigurationError(f"http_options must be a mapping, got {type(given).__name__}")


def seconds(name: str, milliseconds: object) -> float | None:
    if milliseconds is None:
        return None
    number = isinstance(milliseconds, (int, float)) and not isinstance(milliseconds, bool)
    if not number or not 0 < cast("float", milliseconds) < float("inf"):
        raise ConfigurationError(f"{name} must be a positive number of milliseconds")
    return cast("float", milliseconds) / 1000


def one_of(name: str, argument: str | None, option: str | None) -> str | None:
    if argument is not None and option is not None and argument != option:
        raise ConfigurationError(f"{name} and http_options.{name} are both given, and differ")
    return option if argument is None else argument


# --- the environment -----------------------------------------------------------------------


def variable(environ: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str | None:
    return matching(name, environ.get(name, "").strip() or None, pattern)


def url_variable(environ: Mapping[str, str], name: str) -> str | None:
    return checked_url(name, environ.get(name, "").strip() or None)


def switch(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip().lower()
    if text and text not in TRUE | FALSE:
        raise ConfigurationError(f"{name} must be true or false, got {text!r}")
    return text in TRUE


def environment_key(environ: Mapping[str, str]) -> ApiKey | None:
    names = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
    keys = {name: value for name in names if (value := environ.get(name, "").strip())}
    if not keys:
        return None
    if len(set(keys.values())) > 1:
        logger.warning("GOOGLE_API_KEY and GEMINI_API_KEY are both set: using GOOGLE_API_KEY")
    name = next(iter(keys))
    return ApiKey(sendable(name, keys[name]))


def environment_quota(environ: Mapping[str, str], found: Settings) -> str | None:
    if isinstance(found.credential, ApiKey):
        return None
    own = found.backend == "vertex" and variable(environ, "VERTEX_QUOTA_PROJECT_ID", PROJECT)
    return own or variable(environ, "GOOGLE_CLOUD_QUOTA_PROJECT", PROJECT)


# --- single values -------------------------------------------------------------------------


def matching(name: str, value: object, pattern: re.Pattern[str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be a string, got {type(value).__name__}")
    if not pattern.fullmatch(value):
        problem = f"{value!r} has characters that have no place there" if value else "is empty"
        raise ConfigurationError(f"{name} {problem}")
    return value


def checked_paths(value: object) -> VertexPaths:
    if value not in get_args(VertexPaths):
        choice = ", ".join(get_args(VertexPaths))
        raise ConfigurationError(f"vertex_paths is one of {choice}, got {value!r}")
    return cast("VertexPaths", value)


def checked_url(name: str, url: object, *, userinfo: bool = False) -> str | None:
    """A server's URL, without slashes too many. Errors do not quote it: it may hold a secret."""
    if url is None:
        return None
    if not isinstance(url, str):
        raise ConfigurationError(f"{name} must be a string, got {type(url).__name__}")
    problem = url_problem(url, userinfo=userinfo)
    if problem:
        raise ConfigurationError(f"{name} {problem}")
    parts = urlsplit(url)
    path = re.sub("//+", "/", parts.path).rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def url_problem(url: str, *, userinfo: bool) -> str | None:
    if not url:
        return "is empty"
    if not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url:
        return "holds blanks or characters that no URL has"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return "must be an absolute http or https URL"
    if "@" in parts.netloc and not userinfo:
        return "must not carry a user or a password: put them into headers"
    if "?" in url or "#" in url:
        return "must not carry a query or a fragment"
    return None


def is_foreign(base_url: str | None) -> bool:
    """Whether a server is not Google's."""
    host = urlsplit(base_url).hostname if base_url else None
    return host is not None and not f".{host}".endswith(".googleapis.com")
