"""A revision → an OpenAPI 3.1 document, which `importing` turns into the same revision again.

What OpenAPI has no words for stands in extensions: `x-inventory` at the top, `x-family` at each
type, `x-backends` at each operation, and the spec's own keywords where they are.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from ..source import Source, references, target_of
from .carrying import MARK, Carried
from .inventory import ERROR_RESPONSE, routed
from .operations import EVENT_STREAM, JSON

VERSION = "3.1.0"
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def export(source: Source) -> str:
    """The document, as it is written."""
    return json.dumps(openapi_of(source), indent=2, ensure_ascii=False) + "\n"


def openapi_of(source: Source) -> dict[str, Any]:
    carried = Carried.from_source(source)
    return {
        "openapi": VERSION,
        "info": {"title": "Gemini Interactions API", "version": source.label},
        "jsonSchemaDialect": JSON_SCHEMA,
        "servers": servers(source, "gemini"),
        "security": [{"api_key": []}, {"access_token": []}],
        "paths": paths(source),
        "components": {
            "schemas": schemas(source),
            "securitySchemes": {
                "api_key": {"type": "apiKey", "in": "header", "name": "x-goog-api-key"},
                "access_token": {"type": "http", "scheme": "bearer"},
            },
        },
        MARK: {
            "revision": carried.revision,
            "families": carried.families,
            "backends": carried.backends,
            "vertex_default": carried.vertex_default,
            "deviations": carried.deviations,
        },
    }


def schemas(source: Source) -> dict[str, Any]:
    return {
        name: {**outward(source.definitions[name]), "x-family": family}
        for family in source.families
        for name, home in source.family_of.items()
        if home == family
    }


def outward(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema whose references lead to the components of an OpenAPI document."""
    found: dict[str, Any] = copy.deepcopy(dict(schema))
    for _, holder, key in references(found):
        holder[key] = component(target_of(holder[key]))
    return found


def component(name: str) -> str:
    return f"#/components/schemas/{name}"


# --- where requests go ---------------------------------------------------------------------------


def servers(source: Source, backend: str) -> list[dict[str, Any]]:
    """One for each location that has a host of its own, and one for all others."""
    hosts = source.routes["backends"].get(backend, {}).get("hosts", {})
    return [server(location, host) for location, host in hosts.items()]


def server(location: str, host: str) -> dict[str, Any]:
    found: dict[str, Any] = {"url": f"https://{host}"}
    if location != "*":
        found["description"] = f"Location {location}."
    if "{location}" in host:
        found["variables"] = {"location": {"default": "us-central1"}}
    return found


def paths(source: Source) -> dict[str, Any]:
    """Each template once, with the operations of all backends that go by it."""
    found: dict[str, Any] = {}
    for name, route in source.routes["operations"].items():
        backends: dict[str, list[str]] = {}
        for backend, template in route["paths"].items():
            backends.setdefault(template, []).append(backend)
        for template, users in backends.items():
            item = found.setdefault(template, path_item(source, template, users))
            item[route["method"].lower()] = operation(source, name, route, users)
    return found


def path_item(source: Source, template: str, users: list[str]) -> dict[str, Any]:
    parts = [part[1:].partition("}")[0] for part in template.split("/") if part.startswith("{")]
    backend = users[0].partition("_")[0]
    default = source.routes["backends"].get(backend, {}).get("api_version", "v1beta")
    item: dict[str, Any] = {
        "parameters": [path_parameter(part, default) for part in parts],
    }
    if backend != "gemini":
        item["servers"] = servers(source, backend)
    return item


def path_parameter(name: str, api_version: str) -> dict[str, Any]:
    schema = {"type": "string"}
    if name == "api_version":
        schema["default"] = api_version
    return {"name": name, "in": "path", "required": True, "schema": schema}


# --- what operations take and give ---------------------------------------------------------------


def operation(
    source: Source, name: str, route: Mapping[str, Any], users: list[str]
) -> dict[str, Any]:
    scoped = "gemini" not in users
    found: dict[str, Any] = {
        "operationId": f"{name}.{users[0]}" if scoped else name,
        "tags": [name.rpartition(".")[0]],
    }
    if parameters := query(route) + revision_header(source):
        found["parameters"] = parameters
    if body := routed(route, "body"):
        found["requestBody"] = {"required": True, "content": {JSON: media(body)}}
    found["responses"] = responses(source, route)
    found["x-backends"] = users
    return found


def query(route: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": part["name"], "in": "query", "schema": {"type": part["type"]}}
        for part in route.get("query", [])
    ]


def revision_header(source: Source) -> list[dict[str, Any]]:
    value = source.revision.get("header")
    if value is None:
        return []
    return [{"name": "Api-Revision", "in": "header", "schema": {"const": value}}]


def responses(source: Source, route: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if response := routed(route, "response"):
        content[JSON] = media(response)
    if stream := routed(route, "stream"):
        content[EVENT_STREAM] = media(stream)
    good: dict[str, Any] = {"description": "The outcome."}
    if content:
        good["content"] = content
    found: dict[str, Any] = {"200": good}
    if ERROR_RESPONSE in source.definitions:
        content = {JSON: media(ERROR_RESPONSE)}
        found["default"] = {"description": "What went wrong.", "content": content}
    return found


def media(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": component(name)}}
