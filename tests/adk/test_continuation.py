"""Where requests go on, and how much of their history they bring."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from google.adk.agents import BaseAgent, LlmAgent, LoopAgent, ParallelAgent
from google.adk.agents.run_config import StreamingMode
from google.adk.apps.app import EventsCompactionConfig
from google.adk.events import Event
from google.adk.models.llm_request import LlmRequest
from google.adk.tools import LongRunningFunctionTool
from google.genai import types
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions.adk import InteractionsLlm
from gemini_interactions.adk.continuation import (
    Mark,
    continuation,
    knows_all,
    mark,
    mark_of,
)
from gemini_interactions.testing import InteractionsServer

from .chats import Chat, inputs, previous, text_of

Begin = Callable[..., Chat]

USER = types.UserContent("And now?")
RESULT = types.UserContent(
    types.Part(function_response=types.FunctionResponse(id="c", name="f", response={"ok": 1}))
)


def answer(
    text: str = "Words.", interaction_id: str | None = None, after: str | None = None
) -> types.Content:
    content = types.ModelContent(text)
    if interaction_id:
        mark(content, Mark(interaction_id, after))
    return content


def call(
    call_id: str | None, interaction_id: str | None = None, after: str | None = None
) -> types.Content:
    function_call = types.FunctionCall(id=call_id, name="f", args={})
    content = types.ModelContent(
        [types.Part(text="Calling."), types.Part(function_call=function_call)]
    )
    if interaction_id:
        mark(content, Mark(interaction_id, after))
    return content


def sent(request: LlmRequest) -> tuple[str | None, list[str]]:
    """The id it goes on from, and what is sent: words, `call` or `result`."""
    found = continuation(request)
    return found.previous, [
        "call" if part.function_call else "result" if part.function_response else str(part.text)
        for content in found.contents
        for part in content.parts or ()
    ]


# --- by marks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ([USER], (None, ["And now?"])),
        ([USER, answer(), USER], (None, ["And now?", "Words.", "And now?"])),
        ([USER, answer("A", "1"), USER], ("1", ["And now?"])),
        ([USER, answer("A", "1"), USER, answer("B", "2", "1"), USER], ("2", ["And now?"])),
        ([USER, answer("A", "1"), USER, answer("B"), USER], ("1", ["And now?", "B", "And now?"])),
        ([USER, call("c", "1"), RESULT], ("1", ["call", "result"])),
        ([USER, call("c", "1"), RESULT, USER], ("1", ["call", "result", "And now?"])),
        ([USER, call("d", "1"), RESULT], ("1", ["result"])),
        ([call("c", "1"), answer("B", "2", "1"), RESULT], ("2", ["call", "result"])),
        ([answer("A", "1"), call("c"), RESULT], ("1", ["Calling.", "call", "result"])),
        ([call("c", "1"), RESULT, call("c", "2", "1"), RESULT], ("2", ["call", "result"])),
        ([call("c", "1"), call("c"), RESULT], ("1", ["Calling.", "call", "result"])),
    ],
)
def test_the_newest_mark_names_what_is_known(contents: list[types.Content], expected: Any) -> None:
    assert sent(LlmRequest(contents=contents)) == expected


IDS = st.sampled_from([None, "1", "2", "3"])
HISTORY = st.lists(
    st.one_of(
        st.just(USER),
        st.builds(answer, st.just("Words."), IDS, IDS),
        st.builds(call, st.sampled_from("cd"), IDS, IDS),
        st.just(RESULT),
    ),
    max_size=8,
)


@given(HISTORY, st.sampled_from([None, "2", "9"]))
def test_nothing_new_is_lost_and_nothing_known_is_repeated(
    contents: list[types.Content], given_id: str | None
) -> None:
    """But for the calls that what is new answers: they lead it."""
    found = continuation(LlmRequest(contents=contents, previous_interaction_id=given_id))

    marks = [mark_of(content) for content in contents]
    known = [at for at, mark in enumerate(marks) if mark and given_id in (None, mark.id)]
    sent = list(found.contents)
    newest = marks[known[-1]] if known else None
    if newest and (given_id or knows_all([mark for mark in marks if mark])):
        assert found.previous == newest.id
        new = contents[known[-1] + 1 :]
        assert sent[len(sent) - len(new) :] == new
        before = sent[: len(sent) - len(new)]
        assert len(before) <= 1
        calls = [part.function_call for part in before[0].parts or ()] if before else []
        assert {call.id for call in calls if call} <= {"c"}
        assert not calls or RESULT in new
    else:
        assert found.previous == given_id
        assert given_id or sent == contents
        assert not given_id or all(content in contents for content in sent[1:])


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([Mark("1"), Mark("2", "1"), Mark("3", "2")], "3"),
        ([Mark("2", "1"), Mark("3", "2")], "3"),
        ([Mark("3", "2")], "3"),
        ([Mark("1"), Mark("2", "1"), Mark("3", "1")], None),
        ([Mark("1"), Mark("2", "1"), Mark("3", "1"), Mark("4", "3")], "4"),
        ([Mark("1"), Mark("2")], None),
        ([Mark("1"), Mark("2"), Mark("3", "2")], "3"),
    ],
)
def test_what_was_said_beside_an_interaction_is_told_anew(
    marks: list[Mark], expected: str | None
) -> None:
    """The newest interaction holds what it went on from, and what it was told."""
    contents: list[types.Content] = [USER]
    for each in marks:
        words = types.ModelContent("Words.")
        mark(words, each)
        contents += [words, USER]

    found = continuation(LlmRequest(contents=contents))

    assert found.previous == expected
    assert found.newest == marks[-1].id
    assert list(found.contents) == ([USER] if expected else contents)


def test_calls_without_an_id_are_not_taken_for_one_another() -> None:
    result = types.Part(function_response=types.FunctionResponse(name="f", response={}))
    round_of_its_own = [call(None), types.UserContent([result])]
    contents = [*round_of_its_own, answer("A", "1"), USER, *round_of_its_own]

    assert sent(LlmRequest(contents=contents)) == (
        "1",
        ["And now?", "Calling.", "call", "result"],
    )


def test_a_mark_in_what_another_agent_said_means_nothing() -> None:
    relayed = types.Content(role="user", parts=answer("Somebody else's", "1").parts)

    assert sent(LlmRequest(contents=[relayed, USER]))[0] is None


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ([USER, answer("A", "1"), USER, answer("B", "2"), USER], ["And now?", "B", "And now?"]),
        ([USER, answer("A", "9"), USER, answer("B"), USER, USER], ["And now?", "And now?"]),
        ([USER, call("c"), RESULT, USER], ["call", "result", "And now?"]),
        ([USER], ["And now?"]),
    ],
)
def test_an_id_in_the_request_wins(contents: list[types.Content], expected: list[str]) -> None:
    request = LlmRequest(contents=contents, previous_interaction_id="1")

    assert sent(request) == ("1", expected)


def test_a_mark_spares_parts_that_other_agents_are_shown() -> None:
    picture = types.Part.from_bytes(data=b"x", mime_type="image/png")
    content = types.ModelContent([picture, types.Part(text="A picture.")])

    mark(content, Mark("1"))

    assert [part.part_metadata is None for part in content.parts or ()] == [True, False]


def test_a_mark_survives_storage_beside_what_is_there() -> None:
    content = types.ModelContent([types.Part(text="Words.", part_metadata={"own": "kept"})])
    mark(content, Mark("1"))

    stored = Event.model_validate_json(Event(author="me", content=content).model_dump_json())

    assert stored.content is not None
    request = LlmRequest(contents=[stored.content, USER])
    assert sent(request) == ("1", ["And now?"])
    assert (stored.content.parts or [])[0].part_metadata["own"] == "kept"  # type: ignore[index]


def test_marks_are_not_sent(
    chat: Begin, server: InteractionsServer, caplog: pytest.LogCaptureFixture
) -> None:
    talk = chat()
    first = talk.say("My name is Ada.")[-1]
    server.store.delete(str(first.interaction_id))

    talk.say("What is my name?")

    sent = server.requests[-1].body.decode()
    assert "Ada" in sent
    assert str(first.interaction_id) not in sent
    assert "metadata" not in "".join(r.getMessage() for r in caplog.records if is_ours(r))


def is_ours(record: logging.LogRecord) -> bool:
    return record.name.startswith("gemini_interactions")


# --- in a runner ----------------------------------------------------------------------------------


def test_what_was_rewound_is_forgotten(chat: Begin, server: InteractionsServer) -> None:
    talk = chat()
    first = talk.say("My name is Ada.")[-1]
    second = talk.say("My name is Bob.")[-1]
    rewind = talk.runner.rewind_async(
        user_id="me", session_id="one", rewind_before_invocation_id=second.invocation_id
    )
    asyncio.run(rewind)

    last = talk.say("What is my name?")[-1]

    assert text_of(last) == "Your name is Ada."
    assert previous(server)[-1] == first.interaction_id


def test_instructions_before_the_history_are_those_of_the_turn(
    chat: Begin, server: InteractionsServer
) -> None:
    days = iter(["Monday", "Tuesday"])
    picture = types.Part.from_bytes(data=b"x", mime_type="image/png")
    talk = chat(
        static_instruction=types.Content(parts=[picture]),
        instruction=lambda _: f"It is {next(days)}.",
    )
    first = talk.say("Hello.")[-1]

    talk.say("Hello again.")

    told = str(server.requests[-1].json["input"])
    assert previous(server)[-1] == first.interaction_id
    assert "It is Tuesday." in told
    assert told.count("Hello again.") == 1
    assert "Hello." not in told


def test_instructions_that_a_callback_cut_off_repeat_nothing(
    chat: Begin, server: InteractionsServer
) -> None:
    """Where they end is a count, which nobody keeps up to date."""

    def cut(*, callback_context: Any, llm_request: LlmRequest) -> None:
        if len(llm_request.contents) > 3:
            del llm_request.contents[:3]

    picture = types.Part.from_bytes(data=b"x", mime_type="image/png")
    talk = chat(
        static_instruction=types.Content(parts=[picture]),
        instruction="Be brief.",
        before_model_callback=cut,
    )
    talk.say("Hello.")

    talk.say("Hello again.")

    told = str(server.requests[-1].json["input"])
    assert told.count("Hello again.") == 1
    assert "model_output" not in told


def test_what_an_id_in_the_request_left_out_is_told_anew(
    chat: Begin, server: InteractionsServer
) -> None:
    ids: list[str | None] = [None]

    def choose(*, callback_context: Any, llm_request: LlmRequest) -> None:
        llm_request.previous_interaction_id = ids[-1]

    talk = chat(before_model_callback=choose)
    first = talk.say("My name is Ada.")[-1]
    talk.say("I live in Paris.")
    ids.append(first.interaction_id)
    talk.say("What is my name?")
    ids.append(None)

    talk.say("Where do I live?")

    assert previous(server)[1:] == [first.interaction_id, first.interaction_id, None]
    assert "I live in Paris." in str(server.requests[-1].json["input"])


def test_an_agent_without_history_begins_each_turn_anew(
    chat: Begin, server: InteractionsServer
) -> None:
    def look() -> str:
        """Look around."""
        return "nothing"

    talk = chat(tools=[look], include_contents="none")
    talk.say("Look.")
    talk.say("Look again.")

    ids = previous(server)
    assert [identity is None for identity in ids] == [True, False, True, False]
    assert inputs(server)[2] == ["user_input"]


def test_what_was_said_while_a_function_ran_is_not_forgotten(
    chat: Begin, server: InteractionsServer
) -> None:
    """Its late result is answered from where it was called: what came in between is beside that."""

    def approve() -> dict[str, str]:
        """Have it approved."""
        return {"status": "pending"}

    talk = chat(tools=[LongRunningFunctionTool(approve)])
    server.script([step_of_call("approve")], status="requires_action")
    server.script([said("It is pending.")])
    call_id = talk.say("Have it approved.")[0].get_function_calls()[0].id
    server.script([said("Hello Bob.")])
    talk.say("My name is Bob.")
    server.script([said("It is approved.")])
    late = types.FunctionResponse(id=call_id, name="approve", response={"status": "approved"})
    talk.send(types.UserContent([types.Part(function_response=late)]))
    server.script([said("Bob.")])

    talk.say("What is my name?")

    told = str(server.requests[-1].json["input"])
    assert previous(server)[-1] is None
    assert "My name is Bob." in told
    assert "approved" in told

    whole = talk.events()[-1]
    server.script([said("You are welcome.")])
    talk.say("Thank you.")
    assert previous(server)[-1] == whole.interaction_id


@pytest.mark.filterwarnings("ignore:.EXPERIMENTAL. EventsCompactionConfig:UserWarning")
def test_a_summary_is_no_place_to_go_on_from(
    llm: InteractionsLlm, server: InteractionsServer, mode: StreamingMode
) -> None:
    """ADK has the same model summarize what it compacts: a talk of its own."""
    compaction = EventsCompactionConfig(compaction_interval=1, overlap_size=0)
    talk = Chat(LlmAgent(name="helper", model=llm), mode, compaction=compaction)
    talk.say("My name is Ada.")
    summary = talk.events()[-1].actions.compaction

    talk.say("What is my name?")

    assert summary is not None
    assert mark_of(summary.compacted_content) is None
    first, summarizing, second = (request.json for request in server.requests[:3])
    assert "identify and reiterate" in str(summarizing["input"])
    assert "My name is Ada." in str(second["input"])
    assert [body.get("previous_interaction_id") for body in (first, second)] == [None, None]


@pytest.mark.filterwarnings("ignore:ParallelAgent is deprecated:DeprecationWarning")
def test_agents_side_by_side_go_on_from_their_own(
    chat: Begin, llm: InteractionsLlm, server: InteractionsServer
) -> None:
    both: list[BaseAgent] = [LlmAgent(name=name, model=llm) for name in ("left", "right")]
    talk = chat(agent=ParallelAgent(name="both", sub_agents=both))
    first = {e.author: e.interaction_id for e in talk.say("My name is Ada.") if not e.partial}

    second = talk.say("What is my name?")

    assert {text_of(event) for event in second if not event.partial} == {"Your name is Ada."}
    assert {*first} == {"left", "right"}
    assert {*previous(server)[2:]} == {*first.values()}


@pytest.mark.filterwarnings("ignore:LoopAgent is deprecated:DeprecationWarning")
def test_an_agent_in_a_loop_goes_on_without_a_new_turn(
    chat: Begin, llm: InteractionsLlm, server: InteractionsServer
) -> None:
    loop = LoopAgent(name="loop", sub_agents=[LlmAgent(name="one", model=llm)], max_iterations=2)

    events = chat(agent=loop).say("Count from 1 to 3.")

    first = next(event for event in events if not event.partial)
    assert previous(server) == [None, first.interaction_id]
    assert "Continue" in str(server.requests[1].json["input"])


def test_nothing_is_continued_that_was_not_stored(
    chat: Begin, llm: InteractionsLlm, server: InteractionsServer
) -> None:
    llm.store = False
    talk = chat()
    talk.say("My name is Ada.")

    last = talk.say("What is my name?")[-1]

    assert text_of(last) == "Your name is Ada."
    assert last.interaction_id is None
    assert previous(server) == [None, None]
    assert [request.json["store"] for request in server.requests] == [False, False]
    assert inputs(server)[1] == ["user_input", "thought", "model_output", "user_input"]


def step_of_call(name: str) -> dict[str, Any]:
    return {"type": "function_call", "id": "call-1", "name": name, "arguments": {}}


def said(text: str) -> dict[str, Any]:
    return {"type": "model_output", "content": [{"type": "text", "text": text}]}
