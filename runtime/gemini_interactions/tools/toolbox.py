"""Tools by name, as a call of the API and as the answers to its calls need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, cast, runtime_checkable

from attrs import field, frozen

from .._bindings import bindings_for
from ..errors import ToolDeclarationError
from .functions import FunctionTool
from .values import is_object


@runtime_checkable
class Tool(Protocol):
    """A function that runs in this process, or is reached from it."""

    @property
    def name(self) -> str: ...
    @property
    def is_async(self) -> bool:
        """Calling the prepared call gives an awaitable."""
        ...

    @property
    def declaration(self) -> Mapping[str, Any]:
        """`{"type": "function", "name": ..., "description": ..., "parameters": ...}`"""
        ...

    def prepare(self, arguments: Mapping[str, Any]) -> Callable[[], Any]:
        """The call with these arguments, not made yet. Raises `ToolArgumentsError`."""
        ...


@frozen(repr=False)
class Toolbox:
    """What a model is offered, and what runs when it calls."""

    declarations: list[Any]
    """What goes to the service, in the order in which it was given."""
    tools: Mapping[str, Tool] = field(factory=dict[str, Tool])

    @classmethod
    def of(cls, tools: Iterable[Any]) -> Toolbox:
        """A toolbox of callables, tools, and declarations (typed or JSON) that are passed on."""
        declarations: list[Any] = []
        own: dict[str, Tool] = {}
        names: set[str] = set()
        for given in as_list(tools):
            tool = None if is_declaration(given) else tool_of(given)
            if tool is not None:
                own[tool.name] = tool
            declarations.append(given if tool is None else dict(tool.declaration))
            name = name_in(declarations[-1])
            if name in names:
                raise ToolDeclarationError("there are two tools of that name", tool=name)
            names |= {name} if name else set()
        return cls(declarations, own)

    def find(self, name: str | None) -> Tool | None:
        """The tool that runs a function, if it is one of ours."""
        return self.tools.get(name) if name else None

    @property
    def has_async(self) -> bool:
        return any(tool.is_async for tool in self.tools.values())

    def __repr__(self) -> str:
        return f"Toolbox({', '.join(self.tools)})"


def as_list(tools: Any) -> Iterable[Any]:
    """A single tool is none: what it is made of would be taken for tools."""
    if is_object(tools) or isinstance(tools, str) or not hasattr(tools, "__iter__"):
        name = name_in(tools) or getattr(tools, "__name__", tools.__class__.__name__)
        raise ToolDeclarationError("tools are given as a list", tool=name)
    found: Iterable[Any] = tools
    return found


def is_declaration(given: Any) -> bool:
    return is_object(given) or bindings_for(given) is not None


def tool_of(given: Any) -> Tool:
    if isinstance(given, Tool):
        return given
    if hasattr(given, "call_tool"):
        raise ToolDeclarationError(
            "a session of MCP has tools and is none: give what mcp_tools(session) lists",
            tool=type(given).__name__,
        )
    return FunctionTool.of(cast("Callable[..., object]", given))


def name_in(declaration: Any) -> str:
    """The name that a function is declared by; other tools of the API have none that counts."""
    if is_object(declaration):
        kind, name = declaration.get("type"), declaration.get("name")
    else:
        kind, name = getattr(declaration, "type", None), getattr(declaration, "name", None)
    return name if kind == "function" and isinstance(name, str) else ""
