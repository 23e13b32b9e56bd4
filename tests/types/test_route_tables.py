"""The route tables, spelled out: what each revision sends where."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest

import gemini_interactions_types as types

SPEC = Path(__file__).parents[2] / "spec"
OPERATIONS = (
    "interactions.create",
    "interactions.get",
    "interactions.cancel",
    "interactions.delete",
)
HOSTS = {
    "global": "aiplatform.googleapis.com",
    "us": "aiplatform.us.rep.googleapis.com",
    "eu": "aiplatform.eu.rep.googleapis.com",
    "*": "{location}-aiplatform.googleapis.com",
}
SCOPE = "/projects/{project}/locations/{location}"

each_revision = pytest.mark.parametrize("revision", types.REVISIONS)


@each_revision
def test_backends(revision: str) -> None:
    backends = types.load(revision).BACKENDS
    assert set(backends) == {"gemini", "vertex"}
    assert backends["gemini"].hosts == {"*": "generativelanguage.googleapis.com"}
    assert backends["gemini"].api_version == "v1beta"
    assert backends["vertex"].hosts == HOSTS
    assert backends["vertex"].api_version == "v1beta1"


@each_revision
def test_operations(revision: str) -> None:
    routes = types.load(revision).ROUTES
    assert tuple(routes) == OPERATIONS
    assert [routes[name].operation for name in OPERATIONS] == list(OPERATIONS)
    assert [routes[name].method for name in OPERATIONS] == ["POST", "GET", "POST", "DELETE"]


@each_revision
@pytest.mark.parametrize(
    ("operation", "tail"),
    list(zip(OPERATIONS, ["", "/{id}", "/{id}/cancel", "/{id}"], strict=True)),
)
def test_paths(revision: str, operation: str, tail: str) -> None:
    assert types.load(revision).ROUTES[operation].paths == {
        "gemini": "/{api_version}/interactions" + tail,
        "vertex": "/{api_version}" + SCOPE + "/interactions" + tail,
        "vertex_unscoped": "/{api_version}/interactions" + tail,
    }


def test_only_the_launch_revision_leaves_the_scope_out_after_create() -> None:
    defaults = {
        revision: [route.vertex_default for route in types.load(revision).ROUTES.values()]
        for revision in types.REVISIONS
    }
    assert defaults == {
        "2025-12-11": ["vertex", *["vertex_unscoped"] * 3],
        "2026-05-07": ["vertex"] * 4,
        "2026-05-20": ["vertex"] * 4,
    }


@each_revision
def test_queries(revision: str) -> None:
    routes = types.load(revision).ROUTES
    query = [(p.name, p.kind) for p in routes["interactions.get"].query]
    later = [] if revision == "2025-12-11" else [("include_input", "boolean")]
    assert query == [("stream", "boolean"), ("last_event_id", "string"), *later]
    assert not any(routes[name].query for name in OPERATIONS if name != "interactions.get")


@each_revision
def test_bodies_responses_and_streams(revision: str) -> None:
    module: Any = types.load(revision)
    create, get, cancel, delete = (module.ROUTES[name] for name in OPERATIONS)
    assert (create.body, create.response) == (module.CreateInteraction, module.Interaction)
    assert (create.stream, create.stream_switch) == (module.Event, "body")
    assert (get.body, get.response) == (None, module.Interaction)
    assert (get.stream, get.stream_switch) == (module.Event, "query")
    assert (cancel.body, cancel.response) == (None, module.Interaction)
    assert (delete.body, delete.response) == (None, None)
    for route in (cancel, delete):
        assert (route.stream, route.stream_switch) == (None, None)


def test_header_values() -> None:
    headers = {revision: types.load(revision).HEADER for revision in types.REVISIONS}
    assert headers == {
        "2025-12-11": None,
        "2026-05-07": "2026-05-07",
        "2026-05-20": "2026-05-20",
    }


@each_revision
def test_the_tables_are_what_the_spec_says(revision: str) -> None:
    module: Any = types.load(revision)
    spec = json.loads((SPEC / revision / "routes.json").read_text("utf-8"))
    assert {name: attrs.asdict(b) for name, b in module.BACKENDS.items()} == spec["backends"]
    for name, operation in spec["operations"].items():
        route = module.ROUTES[name]
        assert route.paths == operation["paths"]
        assert [{"name": p.name, "type": p.kind} for p in route.query] == operation.get("query", [])


@each_revision
def test_templates_have_no_other_holes(revision: str) -> None:
    module: Any = types.load(revision)
    for route in module.ROUTES.values():
        for path in route.paths.values():
            holes = set(re.findall(r"\{(.*?)\}", path))
            assert holes <= {"api_version", "project", "location", "id"}
            assert path.startswith("/{api_version}/")
            assert "//" not in path
            assert not path.endswith("/")


def test_routes_are_frozen() -> None:
    module: Any = types.load()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        module.ROUTES["interactions.get"].method = "POST"
