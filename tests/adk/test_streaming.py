"""The responses the model gives by itself, above all while a stream runs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai import types

from gemini_interactions import Clock, UnexpectedAnswerError, WaitTimeoutError
from gemini_interactions.adk import InteractionsLlm
from gemini_interactions.testing import InteractionsServer

THINKING = types.GenerateContentConfig(
    thinking_config=types.ThinkingConfig(include_thoughts=True, thinking_budget=None)
)


def responses(
    llm: InteractionsLlm,
    prompt: str = "Hello.",
    *,
    stream: bool = True,
    config: types.GenerateContentConfig | None = None,
) -> list[LlmResponse]:
    async def collected() -> list[LlmResponse]:
        request = LlmRequest(
            contents=[types.UserContent(prompt)], config=config or types.GenerateContentConfig()
        )
        return [response async for response in llm.generate_content_async(request, stream)]

    return asyncio.run(collected())


def parts_of(response: LlmResponse) -> list[types.Part]:
    return (response.content.parts if response.content else None) or []


PROMPTS = (
    "Write a poem.",
    "What is the weather?",
    "[scenario: text-around-tool]",
    "[scenario: image 400]",
    "[scenario: parallel 3]",
    "[scenario: unknown-step]",
    "[scenario: unknown-delta]",
    "[scenario: unknown-event]",
    "[scenario: empty]",
)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_last_response_of_a_stream_is_the_unary_one(
    llm: InteractionsLlm, server: InteractionsServer, prompt: str
) -> None:
    (unary,) = responses(llm, prompt, stream=False, config=THINKING)
    server.clear()

    *partial, final = responses(llm, prompt, config=THINKING)

    assert without_ids(final) == without_ids(unary)
    assert all(response.partial for response in partial)


def without_ids(response: LlmResponse) -> dict[str, Any]:
    """A response without what differs between any two interactions."""
    data = response.model_dump(mode="json", exclude_none=True)
    text = json.dumps(data).replace(str(response.interaction_id), "ID")
    found: dict[str, Any] = json.loads(text)
    return found


def test_texts_and_thoughts_arrive_piece_by_piece(llm: InteractionsLlm) -> None:
    *partial, final = responses(llm, "Write a poem about rivers.", config=THINKING)

    for is_thought in (True, False):
        pieces = [
            part.text or ""
            for response in partial
            for part in parts_of(response)
            if bool(part.thought) is is_thought
        ]
        whole = [part.text or "" for part in parts_of(final) if bool(part.thought) is is_thought]
        assert len(pieces) > (0 if is_thought else 1)
        assert "".join(pieces) == "".join(whole)


def test_what_was_shown_does_not_change_what_is_kept(llm: InteractionsLlm) -> None:
    """A callback may write into a partial response: its parts are its own."""

    async def spoiling() -> list[LlmResponse]:
        found: list[LlmResponse] = []
        request = LlmRequest(contents=[types.UserContent("Count from 1 to 50.")])
        async for response in llm.generate_content_async(request, stream=True):
            found.append(response)
            for part in parts_of(response) if response.partial else []:
                part.text = "spoiled"
        return found

    *partial, final = asyncio.run(spoiling())

    assert len(partial) > 1
    assert "".join(part.text or "" for part in parts_of(final)).startswith("1, 2, 3")
    shown = {id(part) for response in partial for part in parts_of(response)}
    assert shown.isdisjoint(id(part) for part in parts_of(final))


def test_calls_that_interleave_stay_apart(llm: InteractionsLlm) -> None:
    *_, final = responses(llm, "[scenario: parallel 3]")

    calls = final.get_function_calls()
    assert [(call.args or {})["limit"] for call in calls] == [0, 1, 2]
    assert len({call.id for call in calls}) == 3


def test_done_without_an_end_is_an_error(llm: InteractionsLlm, server: InteractionsServer) -> None:
    created = {
        "event_type": "interaction.created",
        "interaction": {"id": "", "status": "in_progress", "model": "m"},
    }
    server.script_frames([f"data: {json.dumps(created)}\n\n".encode(), b"data: [DONE]\n\n"])

    (only,) = responses(llm)

    assert only.error_code == "STREAM_INTERRUPTED"


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "sse"])
@pytest.mark.parametrize(
    "failure",
    [
        {"error": {"code": "overloaded", "message": "Too much."}},
        {"errors": [{"code": "overloaded", "message": "Too much."}]},
    ],
)
def test_a_failed_interaction_tells_its_error(
    llm: InteractionsLlm, server: InteractionsServer, failure: dict[str, Any], stream: bool
) -> None:
    failed = {"id": "", "status": "failed", "model": "m", **failure}
    event = {"event_type": "interaction.completed", "interaction": failed}
    if stream:
        server.script_frames([f"data: {json.dumps(event)}\n\n".encode(), b"data: [DONE]\n\n"])
    else:
        server.script_response(failed)

    (only,) = responses(llm, stream=stream)

    assert (only.error_code, only.error_message) == ("overloaded", "Too much.")
    assert (only.finish_reason, only.turn_complete, only.partial) == ("OTHER", True, False)


def test_what_adk_has_no_place_for_cannot_break_an_answer(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    server.script_response({"id": "", "status": "completed", "steps": [], "created": "yesterday"})

    (only,) = responses(llm, stream=False)

    assert (only.finish_reason, only.error_code) == ("STOP", None)


def test_an_answer_that_google_genai_cannot_hold_has_a_name(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    picture = {"type": "image", "data": "\u00b3", "mime_type": "image/png"}
    step = {"type": "model_output", "content": [picture]}
    server.script_response({"id": "", "status": "completed", "steps": [step]})

    with pytest.raises(UnexpectedAnswerError, match=r"base64.*parts/0/inlineData/data"):
        responses(llm, stream=False)


def test_text_that_was_cut_off_by_an_error_is_an_error(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    words = {"type": "model_output", "content": [{"type": "text", "text": "Half of"}]}
    errors = [{"code": "overloaded", "message": "Too much."}]
    server.script_response({"id": "", "status": "incomplete", "steps": [words], "errors": errors})

    (only,) = responses(llm, stream=False)

    assert only.error_code == "overloaded"
    assert [part.text for part in parts_of(only)] == ["Half of"]


def test_a_failure_that_cannot_be_asked_about_is_one_all_the_same(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    server.faults.add("error", status=404, on="poll", hits=0)

    *_, last = responses(llm, "[scenario: failed]")

    assert (last.error_code, last.error_message) == ("FAILED", "the service gives no reason")


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "sse"])
def test_where_an_answer_is_from(llm: InteractionsLlm, stream: bool) -> None:
    search = types.Tool(google_search=types.GoogleSearch())

    *_, last = responses(
        llm, "Rivers.", stream=stream, config=types.GenerateContentConfig(tools=[search])
    )

    assert last.model_version == llm.model
    assert last.grounding_metadata is not None
    assert last.grounding_metadata.grounding_chunks
    assert "Here is what I found" in "".join(part.text or "" for part in parts_of(last))


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "sse"])
def test_an_answer_in_parts_is_one(
    llm: InteractionsLlm, server: InteractionsServer, stream: bool
) -> None:
    *_, last = responses(llm, "[scenario: continuation 3]", stream=stream)

    text = "".join(part.text or "" for part in parts_of(last))
    assert text == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "
    assert (last.finish_reason, last.error_code) == ("STOP", None)
    assert last.interaction_id in server.store


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "sse"])
def test_an_answer_in_parts_is_kept_as_far_as_it_came(
    llm: InteractionsLlm,
    server: InteractionsServer,
    caplog: pytest.LogCaptureFixture,
    stream: bool,
) -> None:
    server.faults.add("error", status=400, on="create", nth=3)

    *_, last = responses(llm, "[scenario: continuation 3]", stream=stream)

    text = "".join(part.text or "" for part in parts_of(last))
    assert text == "Part 1 of 3. Part 2 of 3. "
    assert (last.finish_reason, last.error_code) == ("CONTINUATION", None)
    assert last.interaction_id is None
    assert "an answer is cut off" in caplog.text


def test_an_interaction_that_is_still_running_is_waited_for(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    (finished,) = responses(llm, "Count from 1 to 3.", stream=False)
    server.script_response({"id": finished.interaction_id, "status": "queued", "model": "m"})

    (only,) = responses(llm, stream=False)

    assert [part.text for part in parts_of(only)][-1] == "1, 2, 3."
    assert [request.operation for request in server.requests] == ["create", "create", "get"]


def test_waiting_ends_with_the_time_of_the_call(server: InteractionsServer) -> None:
    times = [0.0]
    clock = Clock(now=lambda: times[0], sleep=lambda seconds: times.append(times.pop() + seconds))
    llm = InteractionsLlm(model="m", api_key="k", base_url=server.url, clock=clock, timeout=60)
    running = {"id": "v1_slow", "status": "in_progress", "model": "m"}
    server.script_response(running, repeat=True)

    with pytest.raises(WaitTimeoutError, match="v1_slow is still in_progress"):
        responses(llm, stream=False)

    assert [request.operation for request in server.requests].count("create") == 1


def test_leaving_a_stream_closes_it(llm: InteractionsLlm, server: InteractionsServer) -> None:
    async def leave() -> None:
        request = LlmRequest(contents=[types.UserContent("[scenario: many 2000]")])
        stream = llm.generate_content_async(request, stream=True)
        async for response in stream:
            assert response.partial
            break
        session = await llm.client._transport.session()
        assert session.connector is not None
        assert len(session.connector._acquired) == 1
        await stream.aclose()
        assert not session.connector._acquired

    server.faults.add("stall", after=20, on="create")
    asyncio.run(leave())
    assert len(server.requests) == 1
