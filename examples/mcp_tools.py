"""Let the model call a tool of an MCP server, which this program starts by itself."""

import sys

import mcp

import gemini_interactions as genai
from gemini_interactions.tools.mcp import open_mcp_tools

SERVER = """
from mcp.server.mcpserver import MCPServer

server = MCPServer("weather", log_level="ERROR")

@server.tool()
def get_weather(city: str) -> dict[str, object]:
    'The weather of a city.'
    return {"city": city, "weather": "sunny", "celsius": 22}

server.run("stdio")
"""


def show(call: genai.ToolCall) -> genai.Approve:
    print(f"{call.name}({call.arguments})")
    return genai.Approve()


program = mcp.StdioServerParameters(command=sys.executable, args=["-c", SERVER])
with open_mcp_tools(program, timeout=30) as tools, genai.Client() as client:
    interaction = client.interactions.run(
        model="gemini-3-flash-preview",
        tools=tools,
        input="What is the weather in Paris right now?",
        on_call=show,
    )
    print(interaction.output_text)
