"""Let the model call a tool of an MCP server, which this program starts by itself."""

import sys

import mcp
from mcp.server.mcpserver import MCPServer

import gemini_interactions as genai
from gemini_interactions.tools import Toolbox, function_result
from gemini_interactions.tools.mcp import open_mcp_tools

server = MCPServer("weather", log_level="ERROR")


@server.tool()
def get_weather(city: str) -> dict[str, object]:
    """The weather of a city."""
    return {"city": city, "weather": "sunny", "celsius": 22}


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


def ask(question: str) -> None:
    itself = mcp.StdioServerParameters(command=sys.executable, args=[__file__, "serve"])
    with open_mcp_tools(itself, timeout=30) as tools, genai.Client() as client:
        box = Toolbox.of(tools)
        interaction = client.interactions.create(
            model="gemini-3-flash-preview", input=question, tools=box.declarations
        )
        while interaction.status == "requires_action":
            calls = [step for step in interaction.steps or [] if step.type == "function_call"]
            interaction = client.interactions.create(
                model="gemini-3-flash-preview",
                input=[function_result(call, answer(box, call)) for call in calls],
                previous_interaction_id=interaction.id,
                tools=box.declarations,
            )
        print(interaction.output_text)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        server.run("stdio")
    else:
        ask("What is the weather in Paris right now?")
