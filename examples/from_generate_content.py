"""A generateContent program with functions and a stream: only its calls changed."""

from typing import Any

import gemini_interactions as genai
from gemini_interactions import bridge

MODEL = "gemini-3-flash-preview"
CONFIG = {
    "systemInstruction": "You are a travel guide.",
    "temperature": 0.3,
    "presencePenalty": 0.1,
    "tools": [
        {
            "functionDeclarations": [
                {
                    "name": "get_weather",
                    "description": "Get the current weather in a given location",
                    "parameters": {
                        "type": "OBJECT",
                        "properties": {"location": {"type": "STRING"}},
                        "required": ["location"],
                    },
                }
            ]
        }
    ],
}


def get_weather(location: str) -> str:
    """Get the current weather in a given location."""
    return f"sunny in {location}"


with genai.Client() as client:
    contents: list[Any] = [{"role": "user", "parts": [{"text": "What is the weather in Paris?"}]}]

    # Was: client.models.generate_content(model=MODEL, contents=contents, config=CONFIG)
    response = bridge.generate_content(client, model=MODEL, contents=contents, config=CONFIG)
    for loss in response.losses:
        if loss.path.startswith("/config"):
            print(f"not carried over: {loss}")

    while response.function_calls:
        contents.append(response["candidates"][0]["content"])
        answers: list[Any] = []
        for call in response.function_calls:
            print(f"{call['name']}({call['args']})")
            result = {"output": get_weather(**call["args"])}
            answer = {"name": call["name"], "id": call["id"], "response": result}
            answers.append({"functionResponse": answer})
        contents.append({"role": "user", "parts": answers})
        response = bridge.generate_content(client, model=MODEL, contents=contents, config=CONFIG)
    print(response.text)

    # Functions are called without your doing. Was: client.models.generate_content(...)
    response = bridge.generate_content(
        client,
        model=MODEL,
        contents="What is the weather in both Rome and Oslo?",
        config={"tools": [get_weather], "automaticFunctionCalling": {"maximumRemoteCalls": 3}},
    )
    print(response.text)

    # Was: client.models.generate_content_stream(model=MODEL, contents="Count from 1 to 5.")
    for chunk in bridge.generate_content_stream(client, model=MODEL, contents="Count from 1 to 5."):
        print(chunk.text, end="", flush=True)
    print()
