"""An agent of Google's ADK with a tool: its answer at once, then as it is being written."""

import asyncio

from google.adk.agents import Agent
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.runners import InMemoryRunner
from google.genai.types import UserContent

from gemini_interactions.adk import InteractionsLlm


def get_weather(city: str) -> dict[str, object]:
    """Get the current weather in a city."""
    return {"weather": "sunny", "celsius": 22 if city == "Paris" else 28}


AGENT = Agent(
    name="weather",
    model=InteractionsLlm(model="gemini-3-flash-preview"),
    instruction="Say what the weather is like.",
    tools=[get_weather],
)


async def ask(runner: InMemoryRunner, session_id: str, question: str, mode: StreamingMode) -> None:
    print(f"> {question}")
    events = runner.run_async(
        user_id="me",
        session_id=session_id,
        new_message=UserContent(question),
        run_config=RunConfig(streaming_mode=mode),
    )
    async for event in events:
        if event.error_code:
            print(f"{event.error_code}: {event.error_message}")
        for part in (event.content.parts if event.content else None) or []:
            if part.function_call and not event.partial:
                print(f"{part.function_call.name}({part.function_call.args})")
            elif part.text and (event.partial or mode is StreamingMode.NONE):
                print(part.text, end="", flush=True)
    print()


async def main() -> None:
    async with InMemoryRunner(agent=AGENT) as runner:
        session = await runner.session_service.create_session(
            app_name=runner.app_name, user_id="me"
        )
        await ask(runner, session.id, "What is the weather in Paris?", StreamingMode.NONE)
        await ask(runner, session.id, "What is it like in Rome?", StreamingMode.SSE)


asyncio.run(main())
