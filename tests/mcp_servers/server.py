"""An MCP server on standard input and output, with a tool for each kind of answer and failure."""

from __future__ import annotations

import os
from typing import Annotated

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel, Field

server = MCPServer("kinds", log_level="ERROR")


class Weather(BaseModel):
    city: str
    celsius: float


@server.tool()
def weather(city: Annotated[str, Field(description="Which city")], days: int = 1) -> Weather:
    """The weather of a city."""
    return Weather(city=city, celsius=20.0 + days)


@server.tool(structured_output=False)
def greet(name: str) -> str:
    """Say hello."""
    return f"Hello, {name}"


@server.tool()
def now() -> CallToolResult:
    """No parameters, no content."""
    return CallToolResult(content=[])


@server.tool()
def mixed() -> CallToolResult:
    """One block of each kind."""
    return CallToolResult(
        content=[
            TextContent(text="see"),
            ImageContent(data="aW1n", mime_type="image/png"),
            AudioContent(data="c25k", mime_type="audio/wav"),
            EmbeddedResource(resource=TextResourceContents(uri="file:///a", text="inside")),
            EmbeddedResource(
                resource=BlobResourceContents(
                    uri="file:///b", mime_type="application/pdf", blob="cGRm"
                )
            ),
            EmbeddedResource(
                resource=BlobResourceContents(uri="file:///c", mime_type="image/gif", blob="Z2lm")
            ),
            EmbeddedResource(resource=BlobResourceContents(uri="file:///d", blob="AAA=")),
            ResourceLink(uri="file:///e", name="e"),
        ],
    )


@server.tool(structured_output=False)
def several() -> CallToolResult:
    return CallToolResult(content=[TextContent(text="one"), TextContent(text="two")])


@server.tool()
def fail(reason: str) -> str:
    """Fail, and say why."""
    raise ToolError(reason)


@server.tool()
async def hang() -> str:
    """Never answer."""
    await anyio.sleep_forever()
    return "never"


@server.tool()
def die() -> str:
    """End the process in the middle of the call."""
    os._exit(3)


if __name__ == "__main__":
    server.run("stdio")
