"""Tools of generateContent, of which one may hold many, as tools of interactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from attrs import define, field

from ...errors import ToolDeclarationError
from ...tools import Tool
from ...tools.toolbox import tool_of
from ..fields import Fields, Reader, flag, integer, mapping, strings, text, word, words
from ..json_values import Json, is_array, is_mapping, is_object, plain, pointer
from ..losses import Report
from .forms import Forms, Product
from .retrieval import retrievers
from .schemas import json_schema

__all__ = ["Place", "Tools"]

_PLAIN: Final[dict[str, tuple[str, dict[str, Reader]]]] = {
    "google_search_retrieval": ("google_search", {}),
    "code_execution": ("code_execution", {}),
    "url_context": ("url_context", {}),
    "computer_use": (
        "computer_use",
        {
            "environment": word("ENVIRONMENT_"),
            "excluded_predefined_functions": strings,
            "enable_prompt_injection_detection": flag,
            "disabled_safety_policies": words,
        },
    ),
    "file_search": (
        "file_search",
        {"file_search_store_names": strings, "top_k": integer, "metadata_filter": text},
    ),
}
"""Tools whose options have the same names on both sides."""
_RETRIEVERS: Final = ("retrieval", "exa_ai_search", "parallel_ai_search")


@define
class Place:
    """Where the user is: generateContent says it beside the tools, interactions in one of them."""

    latitude: float | None = None
    longitude: float | None = None
    path: str = ""


@define
class Tools:
    """Translates a list of tools. Tools of interactions among them pass through."""

    forms: Forms
    report: Report
    place: Place = field(factory=Place)
    functions: dict[str, Tool] = field(factory=dict[str, Tool])
    """Takes up what can be called here, by name."""

    def of(self, tools: Any, path: str) -> list[Any]:
        listed = tools if is_array(tools) else [tools]
        return [
            made for at, tool in enumerate(listed) for made in self._of(tool, pointer(path, at))
        ]

    def _of(self, tool: Any, path: str) -> list[Any]:
        if isinstance(tool, Tool) or callable(tool) or hasattr(tool, "call_tool"):
            return self._own_function(tool, path)
        declaration = getattr(tool, "declaration", None)
        if is_mapping(declaration):
            return [plain(declaration)]
        if hasattr(tool, "extra_fields") or (is_object(tool) and "type" in tool):
            return [tool]
        fields = Fields(tool, path, self.report)
        found: list[Json] = []
        for name in fields:
            if name in _RETRIEVERS:
                found += retrievers(name, fields, self.forms)
            elif name in self._LISTS:
                make = self._LISTS[name]
                found += [made for item in fields.objects(name) if (made := make(self, item))]
            elif name in _PLAIN or name in self._OWN:
                options = fields.object(name)
                made = None if options is None else self._tool(name, options)
                found += [] if made is None else [made]
        fields.close()
        return found

    def _own_function(self, given: Any, path: str) -> list[Json]:
        """Declares what runs in this process."""
        try:
            tool = tool_of(given)
        except ToolDeclarationError as error:
            self.report.dropped(path, str(error))
            return []
        self.functions[tool.name] = tool
        return [plain(tool.declaration)]

    def _tool(self, name: str, options: Fields) -> Json | None:
        """A tool of the service; one that the revision does not have takes its options along."""
        tag, readers = _PLAIN.get(name) or self._OWN[name][:2]
        tool = self.forms.tagged("tool", tag, options.path, self.report)
        if tool is None:
            return None
        tool.copy(options, readers)
        is_whole = self._OWN[name][2](self, tool, options) if name in self._OWN else True
        options.close()
        return tool.json() if is_whole else None

    # What tools of their own do returns whether the tool is still the one that was asked for.

    def _google_search(self, tool: Product, options: Fields) -> bool:
        kinds = options.object("search_types")
        if kinds is not None:
            known = [name for name in ("web_search", "image_search") if name in kinds]
            for name in known:
                Fields(kinds.any(name), kinds.path_of(name), self.report).close()
            tool.put("search_types", known, kinds.path)
            kinds.close()
        return True

    def _enterprise_search(self, tool: Product, options: Fields) -> bool:
        tool.put("search_types", ["enterprise_web_search"], options.path)
        return tool.has("search_types")

    def _google_maps(self, tool: Product, options: Fields) -> bool:
        tool.put("latitude", self.place.latitude, self.place.path)
        tool.put("longitude", self.place.longitude, self.place.path)
        self.place = Place()
        return True

    def _function(self, declared: Fields) -> Json | None:
        tool = self.forms.tagged("tool", "function", declared.path, self.report)
        if tool is None:
            return None
        tool.copy(declared, {"name": text, "description": text})
        given = next((n for n in ("parameters_json_schema", "parameters") if n in declared), None)
        if given is not None:
            tool.put("parameters", json_schema(declared.any(given)), declared.path_of(given))
        for name in ("response", "response_json_schema"):
            declared.drop(name, "what a function returns is not declared")
        declared.close()
        return tool.json()

    def _mcp_server(self, server: Fields) -> Json | None:
        tool = self.forms.tagged("tool", "mcp_server", server.path, self.report)
        if tool is None:
            return None
        tool.copy(server, {"name": text})
        transport = server.object("streamable_http_transport")
        if transport is not None:
            tool.copy(transport, {"url": text, "headers": mapping})
            transport.close("the service decides on the connection")
        server.close()
        return tool.json()

    _OWN: ClassVar[
        dict[str, tuple[str, dict[str, Reader], Callable[[Tools, Product, Fields], bool]]]
    ] = {
        "google_search": ("google_search", {}, _google_search),
        "enterprise_web_search": ("google_search", {}, _enterprise_search),
        "google_maps": ("google_maps", {"enable_widget": flag}, _google_maps),
    }
    _LISTS: ClassVar[dict[str, Callable[[Tools, Fields], Json | None]]] = {
        "function_declarations": _function,
        "mcp_servers": _mcp_server,
    }
