"""What arguments and environment come to, which of them are refused, and that nothing leaks."""

from __future__ import annotations

import logging
import pickle
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions._core.auth import ApiKey, Bearer, GoogleCredentials, NoCredentials
from gemini_interactions._core.settings import Settings
from gemini_interactions.errors import ConfigurationError

KEY, OTHER_KEY = "AIza-environment", "AIza-other"
GATEWAY = "https://gw.example"
GOOGLE = SimpleNamespace(token="t", valid=True, refresh=None, project_id="own")
NAMELESS = SimpleNamespace(token="t", valid=True, refresh=None, project_id=None)
VERTEX = {"vertexai": True}
AWAY = {"vertexai": True, "base_url": GATEWAY}
AT_GOOGLE = {"vertexai": True, "base_url": "https://psc.googleapis.com"}
ON_VERTEX = {"GOOGLE_GENAI_USE_VERTEXAI": "true"}
PLACE = {"GOOGLE_CLOUD_PROJECT": "env-p", "GOOGLE_CLOUD_LOCATION": "eu"}


def token() -> str:
    return "t"


def resolve(environ: dict[str, str] | None = None, **arguments: Any) -> Settings:
    return Settings.resolve(environ=environ or {}, **arguments)


# --- who, where, through which project -----------------------------------------------------

API_KEY, BEARER, ADC, NOBODY = "key", "bearer", "google", "nobody"
KINDS: dict[type, str] = {
    ApiKey: API_KEY,
    Bearer: BEARER,
    GoogleCredentials: ADC,
    NoCredentials: NOBODY,
}

Row = tuple[dict[str, Any], dict[str, str], tuple[str, str, str | None, str | None]]

OUTCOMES: list[Row] = [
    # arguments, environment -> backend, credential, project, location
    ({"api_key": "a"}, {}, ("gemini", API_KEY, None, None)),
    ({"api_key": "a"}, PLACE, ("gemini", API_KEY, None, None)),
    ({"credentials": token}, {}, ("gemini", BEARER, None, None)),
    ({"credentials": token}, {"GEMINI_API_KEY": KEY}, ("gemini", BEARER, None, None)),
    ({"credentials": GOOGLE}, {}, ("gemini", ADC, None, None)),
    ({}, {"GEMINI_API_KEY": KEY}, ("gemini", API_KEY, None, None)),
    ({}, {"GOOGLE_API_KEY": KEY, **PLACE}, ("gemini", API_KEY, None, None)),
    ({"base_url": GATEWAY}, {}, ("gemini", NOBODY, None, None)),
    ({"base_url": "http://localhost:1"}, {}, ("gemini", NOBODY, None, None)),
    ({"base_url": "https://notgoogleapis.com"}, {}, ("gemini", NOBODY, None, None)),
    ({"base_url": "https://googleapis.com.evil"}, {}, ("gemini", NOBODY, None, None)),
    ({}, {"GOOGLE_GEMINI_BASE_URL": GATEWAY}, ("gemini", NOBODY, None, None)),
    ({"base_url": GATEWAY}, {"GEMINI_API_KEY": KEY}, ("gemini", API_KEY, None, None)),
    ({"headers": {"authorization": "x"}}, {}, ("gemini", NOBODY, None, None)),
    ({"vertexai": False}, {**ON_VERTEX, "GEMINI_API_KEY": KEY}, ("gemini", API_KEY, None, None)),
    # Vertex AI: a project or a location implies it.
    ({"project": "p"}, {}, ("vertex", ADC, "p", "global")),
    ({"project": "p"}, {"GEMINI_API_KEY": KEY}, ("vertex", ADC, "p", "global")),
    ({"project": "p", "location": "us"}, PLACE, ("vertex", ADC, "p", "us")),
    ({"location": "us"}, PLACE, ("vertex", ADC, "env-p", "us")),
    ({"project": "p"}, PLACE, ("vertex", ADC, "p", "eu")),
    (VERTEX, PLACE, ("vertex", ADC, "env-p", "eu")),
    ({}, {**ON_VERTEX, **PLACE}, ("vertex", ADC, "env-p", "eu")),
    (VERTEX, {}, ("vertex", ADC, None, "global")),
    ({**VERTEX, "credentials": token}, PLACE, ("vertex", BEARER, "env-p", "eu")),
    ({**VERTEX, "credentials": GOOGLE}, {}, ("vertex", ADC, "own", "global")),
    ({"project": "p", "credentials": GOOGLE}, {}, ("vertex", ADC, "p", "global")),
    # Vertex AI and API keys: a key as an argument beats the environment's project ...
    ({**VERTEX, "api_key": "a"}, PLACE, ("vertex", API_KEY, None, "global")),
    ({**VERTEX, "api_key": "a", "project": "p"}, {}, ("vertex", API_KEY, "p", "global")),
    ({**VERTEX, "api_key": "a", "location": "us"}, PLACE, ("vertex", API_KEY, "env-p", "us")),
    ({"api_key": "a", "project": "p"}, ON_VERTEX, ("vertex", API_KEY, "p", "global")),
    # ... and any project or location beats the environment's key.
    ({}, {**ON_VERTEX, "GOOGLE_API_KEY": KEY}, ("vertex", API_KEY, None, "global")),
    ({}, {**ON_VERTEX, **PLACE, "GOOGLE_API_KEY": KEY}, ("vertex", ADC, "env-p", "eu")),
    ({"project": "p"}, {**ON_VERTEX, "GOOGLE_API_KEY": KEY}, ("vertex", ADC, "p", "global")),
    # Vertex AI behind someone's gateway.
    (AWAY, PLACE, ("vertex", NOBODY, None, "global")),
    ({}, {**ON_VERTEX, "GOOGLE_VERTEX_BASE_URL": GATEWAY}, ("vertex", NOBODY, None, "global")),
    ({"project": "p", "base_url": GATEWAY}, {}, ("vertex", ADC, "p", "global")),
    (AWAY, {"GOOGLE_API_KEY": KEY}, ("vertex", API_KEY, None, "global")),
    ({**AWAY, "credentials": GOOGLE}, PLACE, ("vertex", ADC, None, "global")),
    ({"project": "p", "headers": {"Authorization": "x"}}, {}, ("vertex", NOBODY, "p", "global")),
    (AT_GOOGLE, PLACE, ("vertex", ADC, "env-p", "eu")),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "environ", "outcome"), OUTCOMES)
def test_outcome(
    arguments: dict[str, Any],
    environ: dict[str, str],
    outcome: tuple[str, str, str | None, str | None],
) -> None:
    found = resolve(environ, **arguments)
    kind = KINDS[type(found.credential)]
    assert (found.backend, kind, found.project, found.location) == outcome


def test_only_default_credentials_may_bring_the_project_later() -> None:
    assert resolve(vertexai=True).project_from_credentials
    assert resolve(vertexai=True, vertex_paths="scoped").project_from_credentials
    assert not resolve(vertexai=True, vertex_paths="unscoped").project_from_credentials
    assert not resolve(vertexai=True, base_url=GATEWAY).project_from_credentials
    assert not resolve(project="p").project_from_credentials


def test_the_project_of_the_default_credentials() -> None:
    pending = resolve(vertexai=True)
    found = evolve(pending, project="found", project_from_credentials=False)
    assert pending.with_project("found") == found
    with pytest.raises(ConfigurationError, match=r"name no project\. .*GOOGLE_CLOUD_PROJECT"):
        pending.with_project(None)
    with pytest.raises(ConfigurationError, match="project of the default credentials 'a/b'"):
        pending.with_project("a/b")


# --- the environment -----------------------------------------------------------------------


def test_google_api_key_wins(caplog: pytest.LogCaptureFixture) -> None:
    both = {"GEMINI_API_KEY": OTHER_KEY, "GOOGLE_API_KEY": KEY}
    with caplog.at_level(logging.WARNING, "gemini_interactions"):
        assert resolve(both).credential == ApiKey(KEY)
    assert "using GOOGLE_API_KEY" in caplog.text
    assert KEY not in caplog.text
    caplog.clear()
    resolve({"GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": KEY})
    resolve({"GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": " "})
    assert not caplog.text


def test_an_empty_variable_is_not_set() -> None:
    environ = {"GOOGLE_API_KEY": "", "GEMINI_API_KEY": KEY, "GOOGLE_GENAI_USE_VERTEXAI": ""}
    assert resolve(environ).credential == ApiKey(KEY)
    empty = dict.fromkeys([*ON_VERTEX, *PLACE, "GOOGLE_VERTEX_BASE_URL"], " ")
    assert resolve(empty, vertexai=True).location == "global"


@pytest.mark.parametrize(
    ("text", "backend"),
    [
        *((text, "vertex") for text in ("true", "True", "1", "yes", "ON", " true ")),
        *((text, "gemini") for text in ("false", "False", "0", "no", "off", "")),
    ],
)
def test_the_switch(text: str, backend: str) -> None:
    environ = {"GOOGLE_GENAI_USE_VERTEXAI": text, "GEMINI_API_KEY": KEY}
    assert resolve(environ).backend == backend


def test_each_backend_has_its_own_base_url() -> None:
    urls = {"GOOGLE_GEMINI_BASE_URL": f"{GATEWAY}/g/", "GOOGLE_VERTEX_BASE_URL": f"{GATEWAY}/v/"}
    assert resolve(urls).base_url == f"{GATEWAY}/g"
    assert resolve(urls, vertexai=True).base_url == f"{GATEWAY}/v"
    assert resolve(urls, base_url=f"{GATEWAY}/a//b/").base_url == f"{GATEWAY}/a/b"


@pytest.mark.parametrize(
    ("arguments", "quota"),
    [
        ({"project": "p"}, "vertex-quota"),
        ({"project": "p", "quota_project": "argument"}, "argument"),
        ({"credentials": token}, "cloud-quota"),
        ({"api_key": "a"}, None),
        ({"api_key": "a", "vertexai": True}, None),
        ({"api_key": "a", "quota_project": "argument"}, "argument"),
    ],
)
def test_quota_project(arguments: dict[str, Any], quota: str | None) -> None:
    environ = {
        "VERTEX_QUOTA_PROJECT_ID": "vertex-quota",
        "GOOGLE_CLOUD_QUOTA_PROJECT": "cloud-quota",
    }
    assert resolve(environ, **arguments).quota_project == quota


def test_what_is_not_used_is_not_checked() -> None:
    bad = {"GOOGLE_CLOUD_LOCATION": "a/b", "GOOGLE_VERTEX_BASE_URL": "nonsense"}
    assert resolve({**bad, "GEMINI_API_KEY": KEY}).backend == "gemini"


# --- http_options --------------------------------------------------------------------------

OPTIONS = {
    "base_url": "https://gw.example/x/",
    "api_version": "v9",
    "headers": {"X-A": "1", "X-B": "2"},
    "timeout": 2500,
}


@pytest.mark.parametrize("options", [OPTIONS, SimpleNamespace(**OPTIONS, client_args=None)])
def test_http_options(options: object) -> None:
    found = resolve(http_options=options, headers={"x-b": "mine", "X-C": None})
    assert found.base_url == "https://gw.example/x"
    assert found.api_version == "v9"
    assert found.timeout == 2.5
    assert found.headers == {"X-A": "1", "x-b": "mine", "X-C": None}


def test_http_options_may_say_the_same() -> None:
    found = resolve(base_url="https://gw.example/x", api_version="v9", http_options=OPTIONS)
    assert (found.base_url, found.api_version) == ("https://gw.example/x", "v9")
    assert resolve(api_key="a", http_options={"timeout": None}).timeout is None


# --- what is refused -----------------------------------------------------------------------

REFUSED: list[tuple[dict[str, Any], dict[str, str], str]] = [
    ({}, {}, "no credentials: pass api_key=, or set GEMINI_API_KEY or GOOGLE_API_KEY"),
    ({}, {"GEMINI_API_KEY": " "}, "there are no credentials"),
    ({"base_url": "https://x.googleapis.com"}, {}, "there are no credentials"),
    ({"base_url": "https://googleapis.com"}, {}, "there are no credentials"),
    ({"api_key": ""}, {"GEMINI_API_KEY": KEY}, "^api_key is empty"),
    ({"api_key": " \n"}, {}, "^api_key is empty"),
    ({"api_key": 5}, {}, "^api_key must be a string, got int"),
    ({"api_key": "a b"}, {}, "^api_key holds blanks"),
    ({}, {"GOOGLE_API_KEY": "a\r\nb"}, "^GOOGLE_API_KEY holds blanks"),
    ({"api_key": "a", "credentials": token}, {}, "api_key and credentials are both given"),
    ({"api_key": "a", "credentials": GOOGLE, "project": "p", "vertexai": True}, {},
     "api_key and credentials are both given"),
    ({"credentials": "ya29.x"}, {}, "credentials must not be a string"),
    ({"credentials": 5}, {}, "credentials must be .* got int"),
    ({"vertexai": False, "project": "p", "api_key": "a"}, {}, "vertexai=False and project"),
    ({"vertexai": False, "location": "us", "api_key": "a"}, {}, "vertexai=False and location"),
    ({"project": "p", "api_key": "a"}, {}, "api_key and project are both given: pass vertexai"),
    ({"location": "us", "api_key": "a"}, {}, "api_key and location are both given"),
    ({"vertexai": "yes"}, {}, "vertexai must be a bool, got str"),
    ({}, {"GOOGLE_GENAI_USE_VERTEXAI": "maybe"}, "GOOGLE_GENAI_USE_VERTEXAI must be true or"),
    ({**VERTEX, "credentials": token}, {}, "Vertex AI needs a project: pass project="),
    ({**VERTEX, "credentials": NAMELESS}, {}, "Vertex AI needs a project"),
    ({**VERTEX, "api_key": "a", "vertex_paths": "scoped"}, {}, "needs a project"),
    ({**VERTEX, "base_url": GATEWAY, "vertex_paths": "scoped"}, {}, "needs a project"),
    ({"api_key": "a", "vertex_paths": "regional"}, {}, "vertex_paths is one of default, scoped"),
    ({"api_key": "a", "quota_project": "a b"}, {}, "quota_project 'a b'"),
    ({"project": ""}, {}, "project is empty"),
    ({}, {**ON_VERTEX, "GOOGLE_CLOUD_LOCATION": "a/b"}, "GOOGLE_CLOUD_LOCATION 'a/b'"),
    ({"http_options": {"timeout": 0}}, {}, r"http_options\.timeout must be a positive number"),
    ({"http_options": {"timeout": True}}, {}, r"http_options\.timeout must be"),
    ({"http_options": {"timeout": "9"}}, {}, r"http_options\.timeout must be"),
    ({"http_options": {"timeout": float("nan")}}, {}, r"http_options\.timeout must be"),
    ({"http_options": {"baseUrl": "x", "retries": 1}}, {}, "has no 'baseUrl', 'retries': it und"),
    ({"http_options": SimpleNamespace(base_url=None, client_args={})}, {}, "has no 'client_args'"),
    ({"http_options": 5}, {}, "http_options must be a mapping, got int"),
    ({"http_options": {"headers": ["a"]}}, {}, r"http_options\.headers must be a mapping"),
    ({"http_options": OPTIONS, "base_url": GATEWAY}, {}, "base_url and http_options.base_url"),
    ({"http_options": OPTIONS, "api_version": "v1"}, {}, "api_version and http_options.api_ver"),
    ({"headers": {"a b": "x"}}, {}, "headers: 'a b' is not the name of a header"),
    ({"headers": {"X-A": 1}}, {}, "headers: X-A must be a string or None, got int"),
    ({"headers": {"X-A": "1\r\nX-B: 2"}}, {}, "headers: X-A holds characters"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "environ", "problem"), REFUSED)
def test_refused(arguments: dict[str, Any], environ: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        resolve(environ, **arguments)


INJECTIONS = [
    "evil.com/", "evil.com#", "evil.com?", "user@evil", "a.b", "a:1", "a\\b", "../x", "a b", "a\n",
    "\na", "-a", "a-", "US", "{x}", "%2F", "é", "*", "a" * 64,
]  # fmt: skip


@pytest.mark.parametrize("location", INJECTIONS)
def test_a_location_is_one_label_of_a_host(location: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^location "):
        resolve(project="p", location=location)


@pytest.mark.parametrize("name", ["project", "quota_project", "api_version"])
@pytest.mark.parametrize("value", ["a/b", "a@b", "..", ".a", "a b", "a\n", "a?b", "a#b", "%2F", 5])
def test_a_name_is_one_segment_of_a_path(name: str, value: object) -> None:
    arguments: dict[str, Any] = {"credentials": token, "project": "p", name: value}
    with pytest.raises(ConfigurationError, match=f"^{name} "):
        resolve(**arguments)


@pytest.mark.parametrize("project", ["my-project-1", "example.com:my-project", "123456789", "p_1"])
def test_what_is_a_project(project: str) -> None:
    assert resolve(project=project).project == project


@given(st.text())
def test_no_location_leads_to_another_host(location: str) -> None:
    try:
        found = resolve(project="p", location=location).location
    except ConfigurationError:
        return
    assert found is not None
    assert {*found} <= {*"abcdefghijklmnopqrstuvwxyz0123456789-"}


@pytest.mark.parametrize("name", ["base_url", "proxy"])
@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "is empty"),
        ("gw.example", "must be an absolute http or https URL"),
        ("//gw.example", "must be an absolute http or https URL"),
        ("ftp://gw.example", "must be an absolute http or https URL"),
        ("https:///x", "must be an absolute http or https URL"),
        ("https://gw.example:port", "is not a URL"),
        ("https://gw.example:99999", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("https://gw.example/?a=1", "must not carry a query"),
        ("https://gw.example/#a", "must not carry a query"),
        ("https://gw.example/a b", "holds blanks"),
        ("https://gw.example/\n", "holds blanks"),
        ("https://gw.example\\@evil.com", "holds blanks or characters"),
        (5, "must be a string, got int"),
    ],
)
def test_what_is_no_server(name: str, url: object, problem: str) -> None:
    arguments: dict[str, Any] = {"api_key": "a", name: url}
    with pytest.raises(ConfigurationError, match=f"^{name} {problem}"):
        resolve(**arguments)


# --- secrets -------------------------------------------------------------------------------

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        ({"api_key": SECRET}, {}),
        ({}, {"GEMINI_API_KEY": SECRET}),
        ({"credentials": Bearer(SECRET)}, {}),
        ({"credentials": ApiKey(SECRET)}, {}),
        ({"credentials": SimpleNamespace(token=SECRET, valid=1, refresh=1), "project": "p"}, {}),
        ({"api_key": "a", "headers": {"Cookie": SECRET, "x-goog-api-key": SECRET}}, {}),
        ({"http_options": {"headers": {"AUTHORIZATION": SECRET}}}, {}),
        ({"api_key": "a", "proxy": f"http://user:{SECRET}@proxy:3128"}, {}),
    ],
)
def test_settings_show_no_secret(arguments: dict[str, Any], environ: dict[str, str]) -> None:
    found = resolve(environ, **arguments)
    assert SECRET not in f"{found!r} {found} {found.credential!r}"


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        ({"api_key": f"{SECRET}\n{SECRET}"}, {}),
        ({}, {"GOOGLE_API_KEY": f"{SECRET} {SECRET}"}),
        ({"api_key": SECRET, "credentials": token}, {}),
        ({"api_key": SECRET, "project": "p"}, {}),
        ({"credentials": SECRET}, {}),
        ({"headers": {"Authorization": f"{SECRET}\n"}}, {}),
        ({"headers": {"Authorization": SECRET.encode()}}, {}),
        ({"http_options": {"api_key": SECRET}}, {}),
        ({"base_url": f"https://user:{SECRET}@gw.example"}, {}),
        ({"base_url": f"https://user:{SECRET}/x@gw.example"}, {}),
        ({"base_url": f"https://gw.example?key={SECRET}"}, {}),
        ({}, {"GOOGLE_GEMINI_BASE_URL": f"https://user:{SECRET}@gw.example"}),
        ({"api_key": "a", "proxy": f"http://user:{SECRET}/x@proxy"}, {}),
        ({"api_key": "a", "proxy": f"socks5://user:{SECRET}@proxy"}, {}),
    ],
)
def test_errors_show_no_secret(arguments: dict[str, Any], environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve(environ, **arguments)
    assert SECRET not in f"{caught.value!r} {caught.value}"


def test_settings_are_values() -> None:
    one = resolve(api_key="a", headers={"X-A": "1"})
    assert one == resolve(api_key="a", headers={"X-A": "1"})
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(AttributeError):
        one.project = "q"  # type: ignore[misc]
