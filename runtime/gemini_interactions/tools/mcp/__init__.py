"""Tools of MCP servers, called from here: `pip install "gemini-interactions[mcp]"`.

    async with mcp.Client(server) as client:
        tools = await mcp_tools(client)

For programs that cannot await, `open_mcp_tools(server)` connects and calls in a thread of its own.
"""

try:
    import mcp as mcp
except ModuleNotFoundError as error:
    hint = 'tools of MCP servers need mcp: pip install "gemini-interactions[mcp]"'
    raise ModuleNotFoundError(hint, name=error.name) from error

from .listing import McpTool, mcp_tools
from .portal import open_mcp_tools

__all__ = ["McpTool", "mcp_tools", "open_mcp_tools"]
