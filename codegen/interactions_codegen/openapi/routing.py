"""routes.json: the operations of a document, with what it leaves out about backends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from .carrying import Carried
from .inventory import Inventory
from .nodes import Choice, Node, Object, Reference
from .operations import Operation, Operations
from .types import Types

PATHS = ("gemini", "vertex", "vertex_unscoped")
VERSION, SCOPE = "/{api_version}", "/projects/{project}/locations/{location}"


@frozen
class Router:
    operations: Operations
    types: Types
    carried: Carried
    base: Inventory | None
    reference: Callable[[str], str]
    """A type's name → a reference to it, with its family."""

    def routes(self) -> dict[str, Any]:
        order = [name for name in self.carried.vertex_default if name in self.operations.found]
        order += [name for name in self.operations.found if name not in order]
        found = {name: self.route(self.operations.found[name]) for name in order}
        return {"backends": self.carried.backends, "operations": found}

    def route(self, operation: Operation) -> dict[str, Any]:
        paths = self.paths(operation)
        route: dict[str, Any] = {
            "method": operation.method,
            "paths": {key: paths[key] for key in sorted(paths, key=order_of_path)},
            "vertex_default": self.vertex_default(operation.name),
        }
        if operation.query:
            route["query"] = [{"name": n, "type": t} for n, t in self.query(operation).items()]
        for part in ("body", "response", "stream"):
            if part in operation.parts:
                name = self.named(operation, part)
                if name is not None:
                    route[part] = self.reference(name)
        if "stream" in route:
            route["stream_switch"] = self.stream_switch(operation)
        return route

    def named(self, operation: Operation, part: str) -> str | None:
        node = self.types.roots[operation.parts[part]]
        if isinstance(node, Reference):
            return node.name
        problem = f"the {part} of {operation.name} is neither an object nor a union"
        self.types.report.could_not_place(node.place, problem)
        return None

    def before(self, name: str) -> Mapping[str, Any]:
        if self.base is None:
            return {}
        found: Mapping[str, Any] = self.base.source.routes["operations"].get(name, {})
        return found

    def paths(self, operation: Operation) -> dict[str, str]:
        """With those for the backends that the document does not speak of."""
        paths, before = dict(operation.paths), self.before(operation.name).get("paths", {})
        known = next(iter(paths.values()))
        bare = known.replace(SCOPE, "", 1)
        for backend in PATHS:
            if backend not in paths:
                made = bare.replace(VERSION, VERSION + SCOPE, 1) if backend == "vertex" else bare
                paths[backend] = before.get(backend, made)
                why = "as in the base revision" if backend in before else "made from its other path"
                self.types.report.note("settled", operation.name, f"path for {backend} {why}")
        return paths

    def vertex_default(self, name: str) -> str:
        known = self.carried.vertex_default
        if name in known:
            return known[name]
        usual = Counter(known.values()).most_common(1)
        chosen = usual[0][0] if usual else "vertex"
        self.types.report.note("settled", name, f"vertex_default {chosen!r}, as of the others")
        return chosen

    def query(self, operation: Operation) -> dict[str, str]:
        before = [part["name"] for part in self.before(operation.name).get("query", [])]
        order = [name for name in before if name in operation.query]
        order += [name for name in operation.query if name not in order]
        return {name: operation.query[name] for name in order}

    def stream_switch(self, operation: Operation) -> str:
        if "stream" in operation.query:
            return "query"
        body = self.types.roots.get(operation.parts.get("body", ""))
        if body is None or not self.has_stream(body):
            place = self.types.roots[operation.parts["stream"]].place
            problem = f"nothing switches the stream of {operation.name} on: it has no `stream`"
            self.types.report.could_not_place(place, problem)
        return "body"

    def has_stream(self, node: Node) -> bool:
        if isinstance(node, Reference):
            node = self.types.nodes[node.name]
        if isinstance(node, Choice):
            return any(self.has_stream(arm) for arm in node.arms)
        return isinstance(node, Object) and "stream" in node.properties


def order_of_path(backend: str) -> tuple[int, str]:
    return (PATHS.index(backend) if backend in PATHS else len(PATHS), backend)
