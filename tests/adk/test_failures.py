"""Everything that can go wrong, each as ADK is to see it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from google.adk.agents import LlmAgent
from google.adk.agents.run_config import StreamingMode
from google.adk.models import google_llm
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai import types
from google.genai.errors import APIError, ClientError, ServerError

from gemini_interactions import ConfigurationError, ConnectionFailedError, RateLimitError
from gemini_interactions.adk import InteractionsLlm
from gemini_interactions.testing import InteractionsServer

from .chats import Chat, inputs, previous, text_of

Begin = Callable[..., Chat]


def get_weather(city: str) -> dict[str, str]:
    """The weather in a city."""
    raise AssertionError(f"called with {city!r}")


# --- how an interaction ends ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "finish", "code"),
    [
        ("completed", "STOP", None),
        ("incomplete", "MAX_TOKENS", None),
        ("budget_exceeded", "MAX_TOKENS", None),
        ("requires_continuation", "CONTINUATION", None),
        ("cancelled", "OTHER", "CANCELLED"),
        ("failed", "OTHER", "FAILED"),
    ],
)
def test_a_status_decides_how_a_turn_ends(
    chat: Begin, status: str, finish: str, code: str | None
) -> None:
    last = chat().say(f"[scenario: status {status}]")[-1]

    assert text_of(last) == ("" if code else f"This ends as {status}.")
    assert (last.finish_reason, last.error_code) == (finish, code)
    assert (last.partial, last.turn_complete) == (False, True)
    assert (last.interaction_id is None) == (status != "completed")
    assert bool(last.error_message) == bool(code)


def test_a_status_nobody_knows_is_an_error(chat: Begin) -> None:
    last = chat().say("[scenario: status paused]")[-1]

    assert (last.finish_reason, last.error_code) == ("OTHER", "PAUSED")
    assert text_of(last) == "This ends as paused."


@pytest.mark.parametrize("status", ["incomplete", "budget_exceeded", "cancelled", "failed"])
def test_calls_of_an_interaction_that_did_not_end_are_not_run(
    chat: Begin, server: InteractionsServer, status: str
) -> None:
    server.script([weather_call({"city": "Paris"})], status=status)

    events = chat(tools=[get_weather]).say("What is the weather in Paris?")

    assert not any(event.get_function_calls() for event in events if not event.partial)
    assert events[-1].error_code == status.upper()


def test_an_empty_answer_is_no_silence(chat: Begin) -> None:
    assert chat().say("[scenario: empty]")[-1].finish_reason == "STOP"


# --- function calls that cannot be made -----------------------------------------------------------


def test_unparsable_arguments_are_an_error_and_no_call(
    chat: Begin, mode: StreamingMode, server: InteractionsServer
) -> None:
    text = '{"city": "Par'
    if mode == StreamingMode.SSE:
        server.script(streamed_call([text]))
    else:
        server.script([weather_call(text)], status="requires_action")
    talk = chat(tools=[get_weather])

    events = talk.say("What is the weather in Paris?")

    last = events[-1]
    assert not any(event.get_function_calls() for event in events)
    assert (last.error_code, last.finish_reason) == ("MALFORMED_FUNCTION_CALL",) * 2
    assert "get_weather" in (last.error_message or "")
    assert text in (last.error_message or "")
    assert not last.content

    server.script([{"type": "model_output", "content": [{"type": "text", "text": "Fine."}]}])
    talk.say("Never mind.")
    assert previous(server) == [None, None]


@pytest.mark.parametrize("fragments", [[], ["{}"], ['{"a', '":1', "}"]])
def test_fragments_of_arguments_become_one_call(
    server: InteractionsServer, llm: InteractionsLlm, fragments: list[str]
) -> None:
    """Without fragments, the arguments are those of the start of the step."""
    server.script(streamed_call(fragments, {"city": "Rome"}))

    *_, last = responses(llm, stream=True)

    expected = json.loads("".join(fragments)) if fragments else {"city": "Rome"}
    assert [(call.id, call.args) for call in last.get_function_calls()] == [("call-1", expected)]


def weather_call(arguments: Any) -> dict[str, Any]:
    return {"type": "function_call", "id": "call-1", "name": "get_weather", "arguments": arguments}


def streamed_call(
    fragments: list[str], arguments: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The events of a function call, its arguments in fragments."""
    state = {"id": "v1_call", "object": "interaction", "model": "m"}
    return [
        {"event_type": "interaction.created", "interaction": {**state, "status": "in_progress"}},
        {"event_type": "step.start", "index": 0, "step": weather_call(arguments or {})},
        *(
            {
                "event_type": "step.delta",
                "index": 0,
                "delta": {"type": "arguments_delta", "arguments": fragment},
            }
            for fragment in fragments
        ),
        {"event_type": "step.stop", "index": 0},
        {
            "event_type": "interaction.completed",
            "interaction": {**state, "status": "requires_action"},
        },
    ]


# --- streams that break ---------------------------------------------------------------------------


def test_a_stream_that_ends_early_is_an_error(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    talk = Chat(LlmAgent(name="helper", model=llm), StreamingMode.SSE)
    server.faults.add("eof", after=12, on="create")
    server.faults.add("eof", after=0, on="stream", nth=2, hits=0)
    server.faults.add("error", status=404, on="poll", hits=0)

    *partial, last = talk.say("Count from 1 to 200.")

    assert "".join(map(text_of, partial)).startswith("1, 2, 3")
    assert all(event.partial for event in partial)
    assert last.error_code == "STREAM_INTERRUPTED"
    assert "the stream ended before its interaction did" in (last.error_message or "")
    assert (last.partial, last.finish_reason) == (False, "OTHER")
    assert [event.author for event in talk.events() if event.error_code] == ["helper"]


def test_a_broken_connection_is_resumed(llm: InteractionsLlm, server: InteractionsServer) -> None:
    talk = Chat(LlmAgent(name="helper", model=llm), StreamingMode.SSE)
    server.faults.add("reset", after=4, on="create")

    *partial, last = talk.say("Count from 1 to 200.")

    numbers = ", ".join(map(str, range(1, 201))) + "."
    assert text_of(last) == "".join(map(text_of, partial)) == numbers
    assert [request.operation for request in server.requests] == ["create", "get"]


@pytest.mark.parametrize("fault", ["eof", "reset"])
@pytest.mark.parametrize("after", [0, 1, 4, 8])
def test_a_stream_that_breaks_anywhere_is_interrupted(
    llm: InteractionsLlm, server: InteractionsServer, fault: str, after: int
) -> None:
    server.faults.add(fault, after=after, on="create")
    server.faults.add(fault, after=0, on="stream", nth=2, hits=0)
    server.faults.add("error", status=404, on="poll", hits=0)

    *partial, last = responses(llm, stream=True)

    assert all(response.partial for response in partial)
    assert (last.error_code, last.finish_reason) == ("STREAM_INTERRUPTED", "OTHER")
    assert [request.operation for request in server.requests].count("create") == 1


@pytest.mark.parametrize("fault", ["bare-error", "array-error", "error-event"])
def test_an_error_inside_a_stream_is_a_response(
    llm: InteractionsLlm, server: InteractionsServer, fault: str
) -> None:
    server.faults.add(fault, after=3, on="stream", hits=0)
    server.faults.add("error", status=404, on="poll", hits=0)

    *_, last = responses(llm, stream=True)

    code = {"bare-error": "content_filtered", "array-error": "503", "error-event": "internal"}
    assert last.error_code == code[fault]
    assert last.error_message
    assert last.finish_reason == "OTHER"


def test_an_answer_as_json_where_a_stream_was_asked_for(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    server.faults.add("json-answer", on="create")

    *_, last = responses(llm, stream=True)

    assert (last.error_code, last.finish_reason) == ("UNEXPECTED_ANSWER", "OTHER")


# --- refusals -------------------------------------------------------------------------------------


def test_429_is_the_error_adk_has_for_it(
    llm: InteractionsLlm, server: InteractionsServer, mode: StreamingMode
) -> None:
    server.faults.add("error", status=429, hits=0, message="Quota is used up.")

    with pytest.raises(ClientError, match="mitigate this issue") as caught:
        responses(llm, stream=mode == StreamingMode.SSE)

    assert type(caught.value) is google_llm._ResourceExhaustedError  # pyright: ignore
    assert (caught.value.code, caught.value.message) == (429, "Quota is used up.")
    assert isinstance(caught.value.__cause__, RateLimitError)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, ClientError), (403, ClientError), (500, ServerError)]
)
def test_a_refusal_is_raised_as_of_a_gemini_model(
    llm: InteractionsLlm,
    server: InteractionsServer,
    mode: StreamingMode,
    status: int,
    kind: type[APIError],
) -> None:
    server.faults.add("error", status=status, hits=0, message="No.", shape="google")

    with pytest.raises(kind, match=r"No\.") as caught:
        responses(llm, stream=mode == StreamingMode.SSE)

    assert (caught.value.code, caught.value.message) == (status, "No.")
    assert "test-key" not in str(caught.value)


def test_an_error_body_with_a_good_status_is_raised(
    llm: InteractionsLlm, server: InteractionsServer, mode: StreamingMode
) -> None:
    server.script_response({"error": {"message": "Something odd."}}, repeat=True)

    with pytest.raises(APIError, match=r"Something odd\."):
        responses(llm, stream=mode == StreamingMode.SSE)


def test_a_callback_for_errors_can_answer(chat: Begin, server: InteractionsServer) -> None:
    server.faults.add("error", status=400, hits=0)
    spare = LlmResponse(error_code="SPARE")

    events = chat(on_model_error_callback=lambda **_: spare).say("Hello.")

    assert [event.error_code for event in events] == ["SPARE"]


def test_no_connection_has_our_name(llm: InteractionsLlm, server: InteractionsServer) -> None:
    server.stop()

    with pytest.raises(ConnectionFailedError):
        responses(llm)


@pytest.mark.parametrize("fault", ["not-implemented", "error status=403", "deleted"])
def test_what_cannot_be_continued_is_told_anew(
    chat: Begin,
    server: InteractionsServer,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    talk = chat()
    first = talk.say("My name is Ada.")[-1]
    assert first.interaction_id
    if fault == "deleted":
        server.store.delete(first.interaction_id)
    else:
        server.faults.parse(f"{fault} on=create")

    last = talk.say("What is my name?")[-1]

    assert text_of(last) == "Your name is Ada."
    assert previous(server)[1:] == [first.interaction_id, None]
    assert inputs(server)[-1] == ["user_input", "thought", "model_output", "user_input"]
    assert f"interaction {first.interaction_id} cannot be continued" in caplog.text

    talk.say("And again?")
    assert previous(server)[-1] == last.interaction_id


def test_what_was_created_is_never_created_again(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    """It may be gone before its result could be fetched; it was paid for all the same."""
    talk = Chat(LlmAgent(name="helper", model=llm), StreamingMode.NONE)
    talk.say("My name is Ada.")
    server.script_response({"id": "v1_gone", "status": "in_progress", "model": "m"})

    with pytest.raises(ClientError, match="v1_gone"):
        talk.say("What is my name?")

    assert [request.operation for request in server.requests] == ["create", "create", "get"]


def test_a_model_that_does_not_exist_is_asked_for_once(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    server.faults.add("error", status=404, hits=0)

    with pytest.raises(ClientError):
        responses(llm)

    assert len(server.requests) == 1


def test_live_connections_are_not_supported(llm: InteractionsLlm) -> None:
    with pytest.raises(NotImplementedError, match="Live connection is not supported"):
        llm.connect(LlmRequest())


def test_an_argument_nobody_takes_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="'api_kee': did you mean api_key"):
        InteractionsLlm(model="m", api_kee="k")  # type: ignore[call-arg]


def responses(llm: InteractionsLlm, *, stream: bool = False) -> list[LlmResponse]:
    """What the model gives by itself, without a runner."""

    async def collected() -> list[LlmResponse]:
        request = LlmRequest(contents=[types.UserContent("Hello.")])
        return [response async for response in llm.generate_content_async(request, stream)]

    return asyncio.run(collected())
