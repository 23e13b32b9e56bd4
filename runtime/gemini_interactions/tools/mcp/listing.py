"""What the session of an MCP server offers, as tools."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeAlias

import anyio
from attrs import frozen
from mcp import Client, ClientSession, MCPError, types

from ...errors import ToolArgumentsError, ToolConnectionError, ToolError, ToolTimeoutError
from ..names import admitted_name
from ..values import is_list, is_object
from .results import failure_text, value_of

Session: TypeAlias = Client | ClientSession

_DATA: Final = frozenset({"default", "const", "enum", "examples"})
"""Keywords whose values are data, and no schemas."""


@frozen(eq=False, repr=False)
class McpTool:
    """A tool of an MCP server. Its arguments are judged there."""

    name: str
    declaration: Mapping[str, Any]
    call: Callable[[dict[str, Any]], Awaitable[Any]]

    @property
    def is_async(self) -> bool:
        return True

    def prepare(self, arguments: Mapping[str, Any]) -> Callable[[], Awaitable[Any]]:
        if not is_object(arguments):
            wrong = f"{self.name} was not called, its arguments are no object"
            problems = [("arguments", "expected an object")]
            raise ToolArgumentsError(wrong, tool=self.name, problems=problems)
        return partial(self.call, dict(arguments))

    def __repr__(self) -> str:
        return f"McpTool({self.name!r})"


async def mcp_tools(
    session: Session, *, prefix: str = "", timeout: float | None = None
) -> list[McpTool]:
    """All tools that a connected server lists.

    `prefix` goes before their names here, so that those of two servers do not clash. `timeout` is
    for each call, in seconds, and for each page of the list. The session stays the caller's.
    """
    return [tool_of(session, listed, prefix, timeout) async for listed in listing(session, timeout)]


async def listing(session: Session, timeout: float | None) -> AsyncIterator[types.Tool]:
    seen: set[str | None] = set()
    cursor: str | None = None
    while cursor not in seen:
        seen.add(cursor)
        with named_failures(None, timeout), anyio.fail_after(timeout):
            page = await page_of(session, cursor)
        for tool in page.tools:
            yield tool
        if not page.next_cursor:
            return
        cursor = page.next_cursor
    raise ToolConnectionError(f"the server lists its tools in a circle: {cursor!r} comes again")


async def page_of(session: Session, cursor: str | None) -> types.ListToolsResult:
    if isinstance(session, Client):
        return await session.list_tools(cursor=cursor)
    return await session.list_tools(params=types.PaginatedRequestParams(cursor=cursor))


def tool_of(session: Session, listed: types.Tool, prefix: str, timeout: float | None) -> McpTool:
    name = admitted_name(prefix + listed.name)
    declaration: dict[str, Any] = {"type": "function", "name": name}
    if text := listed.description or listed.title:
        declaration["description"] = text
    parameters = tidied(listed.input_schema)
    if parameters.get("properties"):
        declaration["parameters"] = parameters
    return McpTool(name, declaration, partial(called, session, listed.name, name, timeout))


def tidied(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without what some services refuse: a dialect, and an empty `required`."""
    return {
        key: value if key in _DATA else tidied_part(value)
        for key, value in schema.items()
        if key != "$schema" and not (key == "required" and value == [])
    }


def tidied_part(value: Any) -> Any:
    if is_object(value):
        return tidied(value)
    if is_list(value):
        return [tidied_part(item) for item in value]
    return value


async def called(
    session: Session,
    remote_name: str,
    name: str,
    timeout: float | None,
    arguments: dict[str, Any],
) -> Any:
    """One call; raises `ToolError` where the tool says that it failed."""
    with named_failures(name, timeout):
        result = await session.call_tool(remote_name, arguments, read_timeout_seconds=timeout)
    value = value_of(result)
    if result.is_error:
        raise ToolError(failure_text(result), result=value)
    return value


@contextmanager
def named_failures(tool: str | None, timeout: float | None) -> Generator[None]:
    """Failures of the connection as errors of ours; what the server refuses is for the model."""
    what = "the list of tools" if tool is None else f"a call of {tool}"
    try:
        yield
    except TimeoutError as error:
        raise ToolTimeoutError(f"no answer to {what} within {timeout} s", tool=tool) from error
    except MCPError as error:
        if error.code == types.REQUEST_TIMEOUT:
            late = f"no answer to {what}: {error.message}"
            raise ToolTimeoutError(late, tool=tool) from error
        if error.code == types.CONNECTION_CLOSED or tool is None:
            raise ToolConnectionError(f"{error.message} ({what})", tool=tool) from error
        raise ToolError(error.message) from error
    except (RuntimeError, ValueError) as error:  # what the session has no names for
        raise ToolConnectionError(f"{error} ({what})", tool=tool) from error
