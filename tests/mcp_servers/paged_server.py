"""An MCP server that lists its tools in pages; with `circle` as argument, without an end."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)

PARAMETERS = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "required": {"type": "array", "items": {"type": "object", "required": []}},
        "kept": {"enum": [{"required": []}], "default": {"required": []}},
    },
    "required": [],
}
PAGES = [
    [Tool(name="first", title="The first", input_schema=PARAMETERS)],
    [Tool(name="path/to.second", input_schema={"type": "object", "required": []})],
    [],
    [Tool(name="third", input_schema={"type": "object"})],
]
IN_A_CIRCLE = "circle" in sys.argv


async def list_tools(context: Any, params: PaginatedRequestParams | None) -> ListToolsResult:
    page = int(params.cursor) if params is not None and params.cursor else 0
    following = page + 1 if page + 1 < len(PAGES) else 1 if IN_A_CIRCLE else None
    cursor = None if following is None else str(following)
    return ListToolsResult(tools=PAGES[page], next_cursor=cursor)


async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:
    if "refuse" in (params.arguments or {}):
        raise MCPError(-32602, "not today")
    return CallToolResult(content=[TextContent(text=f"{params.name}({params.arguments})")])


async def main() -> None:
    server = Server("paged", on_list_tools=list_tools, on_call_tool=call_tool)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


asyncio.run(main())
