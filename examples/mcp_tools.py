"""Let the model call a tool of an MCP server, which this program starts by itself."""

import sys

import mcp

import gemini_interactions as genai
from gemini_interactions.tools import Toolbox, function_result
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


def answer(box: Toolbox, call: genai.types.FunctionCallStep) -> object:
    """What the called tool gives, or why there is nothing."""
    tool = box.find(call.name)
    if tool is None or call.arguments is None:
        return LookupError(f"{call.name} cannot be called like that")
    print(f"{call.name}({call.arguments})")
    try:
        return tool.prepare(call.arguments)()
    except genai.ToolError as error:
        return error


program = mcp.StdioServerParameters(command=sys.executable, args=["-c", SERVER])
with open_mcp_tools(program, timeout=30) as tools, genai.Client() as client:
    box = Toolbox.of(tools)
    interaction = client.interactions.create(
        model="gemini-3-flash-preview",
        tools=box.declarations,
        input="What is the weather in Paris right now?",
    )
    while interaction.status == "requires_action":
        calls = [step for step in interaction.steps or [] if step.type == "function_call"]
        interaction = client.interactions.create(
            model="gemini-3-flash-preview",
            previous_interaction_id=interaction.id,
            tools=box.declarations,
            input=[function_result(call, answer(box, call)) for call in calls],
        )
    print(interaction.output_text)
