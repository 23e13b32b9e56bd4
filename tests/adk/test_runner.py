"""What ADK's runner makes of our model, in unary and in SSE mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.adk.agents import LlmAgent
from google.adk.agents.run_config import StreamingMode

from gemini_interactions.adk import InteractionsLlm
from gemini_interactions.testing import InteractionsServer

from .chats import Chat, inputs, previous, text_of

Begin = Callable[..., Chat]


def get_weather(city: str) -> dict[str, str]:
    """The weather in a city."""
    return {"weather": f"sunny in {city}"}


def test_two_turns_with_memory(chat: Begin, server: InteractionsServer) -> None:
    talk = chat()
    first = talk.say("My name is Ada.")[-1]

    last = talk.say("What is my name?")[-1]

    assert text_of(last) == "Your name is Ada."
    assert (last.finish_reason, last.turn_complete, last.partial) == ("STOP", True, False)
    assert last.interaction_id in server.store
    assert last.usage_metadata is not None
    assert last.usage_metadata.total_token_count
    assert previous(server) == [None, first.interaction_id]
    assert inputs(server) == [["user_input"], ["user_input"]]


def test_a_tool_round(chat: Begin, server: InteractionsServer) -> None:
    talk = chat(tools=[get_weather])

    events = [event for event in talk.say("What is the weather in Paris?") if not event.partial]

    call, result, answer = events
    assert [call.name for call in call.get_function_calls()] == ["get_weather"]
    assert call.get_function_calls()[0].args == {"city": "Paris"}
    assert result.get_function_responses()[0].response == {"weather": "sunny in Paris"}
    assert "sunny in Paris" in text_of(answer)
    assert previous(server) == [None, call.interaction_id]
    assert inputs(server) == [["user_input"], ["thought", "function_call", "function_result"]]


def test_parallel_calls_are_answered_together(chat: Begin, server: InteractionsServer) -> None:
    talk = chat(tools=[get_weather])

    events = talk.say("What is the weather in Paris and in Rome? Ask for both.")

    calls = [call for event in events if not event.partial for call in event.get_function_calls()]
    assert [call.args for call in calls] == [{"city": "Paris"}, {"city": "Rome"}]
    assert inputs(server)[-1] == ["thought", *["function_call"] * 2, *["function_result"] * 2]
    assert "sunny in Rome" in text_of(events[-1])


def test_a_sub_agent_has_interactions_of_its_own(
    chat: Begin, llm: InteractionsLlm, server: InteractionsServer
) -> None:
    """It is transferred to, is told what was said, and goes on from what it said itself."""
    sub = LlmAgent(name="sub", model=llm, description="Knows the rest.")
    talk = chat(agent=LlmAgent(name="root", model=llm, sub_agents=[sub]))
    transfer = {
        "type": "function_call",
        "id": "call-1",
        "name": "transfer_to_agent",
        "arguments": {"agent_name": "sub"},
    }
    server.script([transfer], status="requires_action")
    server.script([said("I am the sub-agent.")])
    first = talk.say("Give me the sub-agent.")
    server.script([said("Still me.")])

    second = talk.say("Are you there?")

    own = [event for event in first if event.author == "sub" and not event.partial]
    assert [text_of(event) for event in own] == ["I am the sub-agent."]
    assert text_of(second[-1]) == "Still me."
    assert previous(server) == [None, None, own[0].interaction_id]
    assert "Give me the sub-agent." in str(server.requests[1].json["input"])
    assert inputs(server)[2] == ["user_input"]


def test_an_agent_that_is_transferred_back_to_learns_what_it_missed(
    chat: Begin, llm: InteractionsLlm, server: InteractionsServer
) -> None:
    sub = LlmAgent(name="sub", model=llm)
    talk = chat(agent=LlmAgent(name="root", model=llm, sub_agents=[sub]))
    for agent, number in (("sub", 1), ("root", 2)):
        call = {"type": "function_call", "id": f"call-{number}", "name": "transfer_to_agent"}
        server.script([{**call, "arguments": {"agent_name": agent}}], status="requires_action")
    server.script([said("Back again.")])

    events = [event for event in talk.say("Go there and back.") if not event.partial]

    assert text_of(events[-1]) == "Back again."
    assert previous(server) == [None, None, events[0].interaction_id]
    back = server.requests[-1].json["input"]
    assert [step["type"] for step in back[:2]] == ["function_call", "function_result"]
    assert back[1]["call_id"] == "call-1"
    assert {step["type"] for step in back[2:]} == {"user_input"}
    assert "[sub] called tool" in str(back[2:])


@pytest.mark.parametrize("prompt", ["[scenario: failed]", "[scenario: error-event]"])
def test_a_failed_interaction_is_an_error(
    chat: Begin, mode: StreamingMode, prompt: str, server: InteractionsServer
) -> None:
    talk = chat()

    event = talk.say(prompt)[-1]

    told = {
        "[scenario: failed]": ("internal", "The model could not finish this interaction."),
        "[scenario: error-event]": ("gateway_timeout", "Deadline expired"),
    }
    code, message = told[prompt]
    assert event.error_code == code
    assert message in (event.error_message or "")
    assert (event.finish_reason, event.turn_complete) == ("OTHER", True)
    assert event.interaction_id is None
    assert (event.custom_metadata or {})["interaction_id"] in server.store


def test_what_failed_is_not_continued(chat: Begin, server: InteractionsServer) -> None:
    talk = chat()
    good = talk.say("My name is Ada.")[-1]
    talk.say("What is my name? [scenario: failed]")

    last = talk.say("What is my name?")[-1]

    assert text_of(last) == "Your name is Ada."
    assert previous(server)[1:] == [good.interaction_id, good.interaction_id]
    assert inputs(server)[2] == ["user_input", "user_input"]


def said(text: str) -> dict[str, Any]:
    return {"type": "model_output", "content": [{"type": "text", "text": text}]}
