"""The interactions' operations among all paths of a document.

An operation is known by its method and the form of its path, whatever its `operationId`:
`POST …/interactions` creates, `GET …/interactions/{id}` gets, `DELETE` deletes, and what follows
the id names the rest (`…/{id}/cancel`, `…/{id}:cancel`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import define, field, frozen

from ..documents import Place, is_array, is_object
from .document import Document
from .nodes import Choice, Map, Node, Object, Reference
from .reading import Reader
from .report import Report
from .types import ERROR_ROOT, Types

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
VERSION = re.compile(r"/(\{(api_?)?version\}|v[0-9][a-z0-9]*)(?=/)", re.IGNORECASE)
SCOPE = re.compile(
    r"/projects/\{\w+\}/locations/\{\w+\}(?=/)|/\{\w+=projects/\*/locations/\*\}(?=/)"
)
RESOURCE = re.compile(r"/interactions(/\{\w+\}([:/](?P<verb>[a-z][A-Za-z_]*))?)?")
NAMES = {
    ("POST", False, None): "create",
    ("GET", False, None): "list",
    ("GET", True, None): "get",
    ("DELETE", True, None): "delete",
}
SPOKEN = frozenset({"DELETE", "GET", "POST"})
"""Methods that routes.json has words for."""

JSON = "application/json"
EVENT_STREAM = "text/event-stream"
REVISION_HEADER = "api-revision"
SYSTEM_PARAMETERS = frozenset(
    {"$.xgafv", "$alt", "$callback", "$fields", "$key", "$prettyPrint", "access_token", "alt"}
    | {"callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "uploadType"}
    | {"upload_protocol"}
)
"""What every Google API takes, none of it the interactions' own."""


@define
class Operation:
    name: str
    method: str
    paths: dict[str, str]
    """By backend, as routes.json has them; see `routing` for those that the document leaves out."""
    query: dict[str, str] = field(factory=dict[str, str])
    parts: dict[str, str] = field(factory=dict[str, str])
    """Body, response and stream: where their type is among the roots."""


@frozen
class Operations:
    found: dict[str, Operation]
    headers: list[str]
    """Values of Api-Revision that the document names."""


@define
class Finder:
    document: Document
    reader: Reader
    report: Report
    roots: dict[str, Node] = field(factory=dict[str, Node])
    found: dict[str, Operation] = field(factory=dict[str, Operation])
    headers: list[str] = field(factory=list[str])

    def find(self) -> Operations:
        for template, item in self.document.content.get("paths", {}).items():
            place = self.document.root.below("paths", template)
            item, place = self.document.follow(item, place)
            if not is_object(item):
                raise place.error("it must be an object")
            for method in METHODS:
                if method in item:
                    self.look_at(template, method.upper(), item, place)
        if not self.found:
            problem = "there is no operation of interactions here (…/interactions)"
            raise self.document.root.error(problem, "paths")
        return Operations(self.found, self.headers)

    def look_at(self, template: str, method: str, item: Mapping[str, Any], place: Place) -> None:
        given, below = item[method.lower()], place.below(method.lower())
        if not is_object(given):
            raise below.error("it must be an object")
        shape = shape_of_path(template)
        if shape is None:
            self.report.note("left_out", f"{method} {template}", "another resource")
            return
        resource, scoped = shape
        name = name_of(method, resource)
        if name is None or method not in SPOKEN:
            self.report.note("left_out", f"{method} {template}", "routes.json cannot say it")
            return
        path = "/{api_version}" + resource.replace(id_of(resource), "{id}")
        known = self.found.get(name)
        operation = known or Operation(name, method, {})
        self.found[name] = operation
        if known is None or "gemini" not in known.paths:
            self.read_operation(operation, given, below, item, place)
        self.add_path(operation, path, scoped, given)
        self.report.note("operations", name, f"{method} {template}")

    def add_path(
        self, operation: Operation, path: str, scoped: bool, given: Mapping[str, Any]
    ) -> None:
        if scoped:
            scope = "/projects/{project}/locations/{location}"
            path = path.replace("/{api_version}", "/{api_version}" + scope, 1)
        usual = ["vertex"] if scoped else ["gemini", "vertex_unscoped"]
        found: Any = given.get("x-backends")
        backends: list[Any] = found if is_array(found) else []
        for backend in [name for name in backends if isinstance(name, str)] or usual:
            operation.paths[backend] = path

    # --- what an operation takes and gives ---------------------------------------------------

    def read_operation(
        self,
        operation: Operation,
        given: Mapping[str, Any],
        place: Place,
        item: Mapping[str, Any],
        item_place: Place,
    ) -> None:
        """The unscoped form of an operation has the last word on it."""
        operation.query.clear()
        for key in operation.parts.values():
            del self.roots[key]
        operation.parts.clear()
        self.read_parameters(operation, item.get("parameters", []), item_place.below("parameters"))
        self.read_parameters(operation, given.get("parameters", []), place.below("parameters"))
        responses = given.get("responses", {})
        if not is_object(responses):
            raise place.error("it must be an object", "responses")
        success = success_among(responses)
        for status in sorted(responses):
            response, below = self.document.follow(
                responses[status], place.below("responses", status)
            )
            if status == success:
                self.read_content(operation, "response", response, below, JSON)
                self.read_content(operation, "stream", response, below, EVENT_STREAM)
            elif status.startswith(("4", "5", "default")):
                self.read_content(None, ERROR_ROOT, response, below, JSON)
        if "requestBody" in given:
            body, below = self.document.follow(given["requestBody"], place.below("requestBody"))
            self.read_content(operation, "body", body, below, JSON)

    def read_content(
        self, operation: Operation | None, part: str, holder: Any, place: Place, media: str
    ) -> None:
        content: Any = holder.get("content", {}) if is_object(holder) else {}
        if not is_object(content):
            raise place.error("it must be an object", "content")
        for kind in content:
            if kind.partition(";")[0].strip().lower() != media:
                continue
            below = place.below("content", kind)
            if not is_object(content[kind]) or "schema" not in content[kind]:
                continue
            node = self.reader.read(content[kind]["schema"], below.below("schema"))
            key = part if operation is None else f"{operation.name} {part}"
            if operation is None and key in self.roots:
                return
            self.roots[key] = node
            if operation is not None:
                operation.parts[part] = key

    def read_parameters(self, operation: Operation, given: Any, place: Place) -> None:
        if not is_array(given):
            raise place.error("it must be an array")
        for index, reference in enumerate(given):
            parameter, below = self.document.follow(reference, place.below(index))
            if not is_object(parameter) or not isinstance(parameter.get("name"), str):
                raise below.error("a parameter is an object with a name")
            name = parameter["name"]
            if parameter.get("in") == "query":
                self.read_query(operation, name, parameter, below)
            elif parameter.get("in") == "header" and name.lower() == REVISION_HEADER:
                self.headers += header_values(parameter.get("schema", {}))

    def read_query(
        self, operation: Operation, name: str, parameter: Mapping[str, Any], place: Place
    ) -> None:
        if name in SYSTEM_PARAMETERS:
            self.report.note("left_out", f"query parameter {name}", "of every Google API")
            return
        schema, _ = self.document.follow(parameter.get("schema", {}), place.below("schema"))
        kind: Any = schema.get("type") if is_object(schema) else None
        kinds: list[Any] = kind if is_array(kind) else [kind]
        kinds = [part for part in kinds if part != "null"]
        if kinds in (["string"], ["boolean"], ["integer"]):
            operation.query[name] = str(kinds[0])
        else:
            problem = "a query parameter is a string, a boolean or an integer"
            self.report.could_not_place(place, problem)


def shape_of_path(template: str) -> tuple[str, bool] | None:
    """The part of a path from `/interactions` on, and whether it is within a project."""
    rest = VERSION.sub("", template, count=1) if VERSION.match(template) else template
    scope = SCOPE.match(rest)
    rest = rest[scope.end() :] if scope else rest
    return (rest, scope is not None) if RESOURCE.fullmatch(rest) else None


def name_of(method: str, resource: str) -> str | None:
    found = RESOURCE.fullmatch(resource)
    verb = found.group("verb") if found else None
    if verb is not None:
        word = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", verb).lower()
        return f"interactions.{word}" if method == "POST" else None
    name = NAMES.get((method, "{" in resource, None))
    return None if name is None else f"interactions.{name}"


def id_of(resource: str) -> str:
    found = re.search(r"\{\w+\}", resource)
    return found.group() if found else "{id}"


def success_among(responses: Mapping[str, Any]) -> str | None:
    good = sorted(status for status in responses if status.startswith("2"))
    return good[0] if good else ("default" if "default" in responses else None)


def header_values(schema: Any) -> list[str]:
    if not is_object(schema):
        return []
    enum: Any = schema.get("enum", [])
    values: list[Any] = [schema.get("const"), schema.get("default")]
    values += enum if is_array(enum) else []
    return [value for value in values if isinstance(value, str)]


# --- once types are known ------------------------------------------------------------------------


def settle_parts(operations: Operations, types: Types) -> None:
    """An empty answer is none; an event may come in an envelope, as it does on the wire."""
    for operation in operations.found.values():
        for part, key in list(operation.parts.items()):
            node = types.roots[key]
            inner = types.nodes[node.name] if isinstance(node, Reference) else node
            if part == "stream" and isinstance(inner, Object) and "data" in inner.properties:
                types.roots[key] = inner.properties["data"]
                types.report.note("settled", node.place, "the event is what is in its data")
            elif part == "response" and is_empty(inner):
                del operation.parts[part], types.roots[key]
                types.report.note("settled", node.place, "an empty answer is none")


def is_empty(node: Node) -> bool:
    return (
        type(node) is Node
        or (isinstance(node, Map) and node.value is None)
        or (isinstance(node, Object) and not node.properties)
    )


def find_stream(finder: Finder, base: Mapping[str, Node], nodes: Mapping[str, Node]) -> None:
    """Where no operation declares its stream: the union that has the tags of the base's events."""
    if any("stream" in operation.parts for operation in finder.found.values()):
        return
    for operation in finder.found.values():
        key = f"{operation.name} stream"
        root = base.get(key)
        union = nodes[root.name] if isinstance(root, Reference) else None
        if not isinstance(union, Choice) or union.tag is None:
            continue
        found = {
            name: len(tags_of(finder.document, schema, union.tag) & union.mapping.keys())
            for name, schema in finder.document.schemas.items()
        }
        best = max(found, key=lambda name: (found[name], name), default=None)
        if best is None or 2 * found[best] < len(union.mapping):
            continue
        place = finder.document.root.below("components", "schemas", best)
        finder.report.note("settled", best, f"by its tags, what {operation.name} streams")
        finder.roots[key] = finder.reader.read({"$ref": f"#/components/schemas/{best}"}, place)
        operation.parts["stream"] = key


def tags_of(document: Document, schema: Any, tag: str) -> set[str]:
    """The tags that the members of a union say they have."""
    found: set[str] = set()
    for key in ("oneOf", "anyOf"):
        given: Any = schema.get(key) if is_object(schema) else None
        arms: list[Any] = given if is_array(given) else []
        for arm in arms:
            member, _ = document.follow(arm, document.root)
            properties: Any = member.get("properties", {}) if is_object(member) else {}
            value: Any = properties.get(tag, {}) if is_object(properties) else {}
            if is_object(value):
                values: list[Any] = [value.get("const")]
                values += value["enum"] if is_array(value.get("enum")) else []
                found |= {value for value in values if isinstance(value, str)}
    return found
