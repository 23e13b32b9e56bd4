"""Objects of google-genai go into the bridge, and what comes out of it is read by google-genai.

Run by run.py, against the embedded server; the exit status says whether all of it held.
"""

from __future__ import annotations

import sys
from pathlib import Path

from google.genai import types
from surface import main as compare_surface

import gemini_interactions as genai
from gemini_interactions import bridge

MODEL = "gemini-3-flash-preview"
FIELDS = Path(__file__).parents[1] / "bridge" / "surface.json"
CONFIG = types.GenerateContentConfig(
    system_instruction="Be brief.",
    temperature=0.5,
    thinking_config=types.ThinkingConfig(include_thoughts=True),
    tools=[
        types.Tool(google_search=types.GoogleSearch()),
        types.Tool(url_context=types.UrlContext(), code_execution=types.ToolCodeExecution()),
    ],
)


def weather_tool() -> types.Tool:
    location = types.Schema(type=types.Type.STRING, nullable=True)
    parameters = types.Schema(type=types.Type.OBJECT, properties={"location": location})
    function = types.FunctionDeclaration(name="get_weather", parameters=parameters)
    return types.Tool(function_declarations=[function])


def ask_with_services(client: genai.Client) -> None:
    """Searches, pages, code and thoughts, whole and streamed."""
    response = bridge.generate_content(client, model=MODEL, contents="Who won?", config=CONFIG)
    read = types.GenerateContentResponse.model_validate(response)
    assert read.candidates
    assert read.candidates[0].finish_reason is types.FinishReason.STOP
    assert read.candidates[0].grounding_metadata
    assert read.model_dump(mode="json", by_alias=True, exclude_none=True)["candidates"]
    stream = bridge.generate_content_stream(client, model=MODEL, contents="Who won?", config=CONFIG)
    chunks = [types.GenerateContentResponse.model_validate(chunk) for chunk in stream]
    assert chunks[-1].usage_metadata


def call_a_function(client: genai.Client) -> None:
    """A round of tools, with the model's content kept as an object of google-genai."""
    config = types.GenerateContentConfig(tools=[weather_tool()])
    contents = [types.Content(role="user", parts=[types.Part(text="Weather in Paris?")])]
    asked = bridge.generate_content(client, model=MODEL, contents=contents, config=config)
    read = types.GenerateContentResponse.model_validate(asked)
    assert read.function_calls
    assert read.candidates
    assert read.candidates[0].content
    contents.append(read.candidates[0].content)
    contents.append(
        types.Content(
            role="user",
            parts=[
                types.Part(
                    function_response=types.FunctionResponse(
                        name=call.name, id=call.id, response={"output": "sunny"}
                    )
                )
                for call in read.function_calls
            ],
        )
    )
    request = bridge.to_create(contents, config)
    assert request.losses == [], request.losses
    sent = [step.get("signature") for step in request.value["input"]]
    assert asked.parts[0]["thoughtSignature"] in sent
    answer = bridge.generate_content(client, model=MODEL, contents=contents, config=config)
    assert "sunny" in answer.text


def get_weather(location: str) -> dict[str, str]:
    """Get the current weather in a given location."""
    return {"weather": f"{location} is sunny"}


def have_functions_called(client: genai.Client) -> None:
    """Functions in a config of google-genai, and the history as it reads it."""
    calling = types.AutomaticFunctionCallingConfig(maximum_remote_calls=2)
    config = types.GenerateContentConfig(tools=[get_weather], automatic_function_calling=calling)
    answer = bridge.generate_content(
        client, model=MODEL, contents="Weather in Paris?", config=config
    )
    assert "Paris is sunny" in answer.text
    read = types.GenerateContentResponse.model_validate(answer)
    assert read.automatic_function_calling_history
    roles = [content.role for content in read.automatic_function_calling_history]
    assert roles == ["user", "model", "user"]


def main() -> int:
    with genai.Client() as client:
        ask_with_services(client)
        call_a_function(client)
        have_functions_called(client)
    return compare_surface([str(FIELDS)])


if __name__ == "__main__":
    sys.exit(main())
