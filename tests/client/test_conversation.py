"""Conversations: stored and not, branches, JSON, and turns that fail."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from gemini_interactions import (
    Approve,
    AsyncConversation,
    Client,
    ConnectionFailedError,
    Conversation,
    Deny,
    InteractionAssembler,
    InvalidRequestError,
    RoundsExhaustedError,
    RunInterruptedError,
    RunState,
    function_result,
)
from gemini_interactions._bindings import LATEST, REVISIONS, bindings_of
from gemini_interactions.testing import Conversation as Talk
from gemini_interactions.testing import InteractionsServer, scenarios

ClientFactory = Callable[..., Any]
Json = dict[str, Any]
MODEL = "gemini-3-flash-preview"
stored = pytest.mark.parametrize("store", [True, False], ids=["stored", "replayed"])
streamed = pytest.mark.parametrize("stream", [False, True], ids=["unary", "streamed"])


def get_weather(location: str) -> str:
    """Get the current weather in a given location."""
    return f"Sunny in {location}"


def lookup(query: str, limit: int) -> str:
    return f"{query}: found"


def said(answer: Any) -> Any:
    return answer.until_done() if hasattr(answer, "until_done") else answer


def bodies(server: InteractionsServer) -> list[Json]:
    return [request.json for request in server.requests if request.operation == "create"]


def load(api: Any, text: str, **settings: Any) -> Any:
    """A saved conversation, whichever client goes on with it."""
    if isinstance(api, Client):
        return Conversation.from_json(api, text, **settings)
    loaded = AsyncConversation.from_json(api._inner, text, **settings)
    return type(api)(api._loop, loaded)


# --- turns -------------------------------------------------------------------------------------


@stored
@streamed
def test_what_was_said_is_known_to_the_next_turn(
    server: InteractionsServer, client: ClientFactory, store: bool, stream: bool
) -> None:
    talk = client(server).conversation(
        model=MODEL,
        store=store,
        system_instruction="Be brief.",
        generation_config={"temperature": 0.5},
        tools=[{"type": "google_search"}],
    )
    said(talk.send("My name is Ada.", stream=stream))
    said(talk.send("It is raining.", stream=stream))
    said(talk.send("What did I say?", stream=stream))
    last = said(talk.send([{"type": "text", "text": "Say it again."}], stream=stream))
    assert last.status == "completed"
    assert talk.turns == 4
    for number, body in enumerate(bodies(server)):
        assert body["system_instruction"] == "Be brief."
        assert body["generation_config"] == {"temperature": 0.5}
        assert body["tools"] == [{"type": "google_search"}]
        assert ("previous_interaction_id" in body) is (store and number > 0)
    if store:
        ids = [body.get("previous_interaction_id") for body in bodies(server)]
        assert [*ids[1:], talk.interaction_id] == [run.id for run in server.store]


@stored
@streamed
def test_it_remembers(
    server: InteractionsServer, client: ClientFactory, store: bool, stream: bool
) -> None:
    talk = client(server).conversation(model=MODEL, store=store)
    said(talk.send("My name is Ada.", stream=stream))
    assert said(talk.send("What is my name?", stream=stream)).output_text == "Your name is Ada."


@streamed
def test_ten_turns_send_back_byte_for_byte_what_was_received(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    talk = client(server).conversation(
        model=MODEL,
        store=False,
        tools=[get_weather, {"type": "google_search"}],
        generation_config={"thinking_summaries": "auto"},
    )
    received: list[str] = []
    for number in range(10):
        before = len(bodies(server))
        answer = talk.send(f"What is the weather in Paris, day {number}?", stream=stream)
        received += assembled(answer) if stream else []
        assert said(answer).output_text
        if not stream:
            received += [step for body in bodies(server)[before:] for step in answered(body)]

    sent = bodies(server)
    assert len(sent) == 20
    whole = [json.dumps(step) for step in sent[-1]["input"]]
    assert {json.loads(step)["type"] for step in whole} == {
        "user_input",
        "thought",
        "google_search_call",
        "google_search_result",
        "function_call",
        "function_result",
        "model_output",
    }
    ours = ("user_input", "function_result")
    theirs = [step for step in whole if json.loads(step)["type"] not in ours]
    assert theirs == received[: len(theirs)]
    assert len(received) - len(theirs) == len(answered(sent[-1]))
    for body in sent[1:]:
        # Every request begins with all of the one before it.
        assert [json.dumps(step) for step in body["input"]] == whole[: len(body["input"])]
    values = [step for body in sent[:-1] for step in map(json.loads, answered(body))]
    assert [json.loads(step) for step in theirs] == values


def answered(body: Json) -> list[str]:
    """The steps that the model answered a request with, as text: the server repeats itself."""
    return [json.dumps(step) for step in scenarios.answer(Talk(body)).steps]


def assembled(stream: Any) -> list[str]:
    """The steps that the events of a streamed turn make, as text."""
    rounds: dict[int, InteractionAssembler] = {}
    for item in stream:
        rounds.setdefault(item.round, InteractionAssembler(bindings_of())).add(item.event)
    return [json.dumps(step) for part in rounds.values() for step in part.payload["steps"]]


@streamed
@pytest.mark.parametrize("signature", ["", None, "c2lnbmVk"])
def test_signatures_stay_as_they_came(
    server: InteractionsServer, client: ClientFactory, signature: str | None, stream: bool
) -> None:
    step: Json = {"zeta": 1.5, "type": "thought", "extra": {"b": 1, "a": None}}
    if signature is not None:
        step["signature"] = signature
    odd = {"zeta": 1.5, "type": "hologram", "alpha": None}
    server.script([step, odd])
    talk = client(server).conversation(model=MODEL, store=False)
    said(talk.send("x", stream=stream))
    talk.send("y")
    thought, other = bodies(server)[1]["input"][1:3]
    assert json.dumps(other) == json.dumps(odd)
    assert thought.get("signature", "missing") == ("missing" if signature is None else signature)
    if not stream:
        assert json.dumps(thought) == json.dumps(step)


@stored
@streamed
def test_history_has_what_the_user_said(
    server: InteractionsServer, client: ClientFactory, store: bool, stream: bool
) -> None:
    talk = client(server).conversation(model=MODEL, store=store, tools=[lookup])
    said(talk.send("[scenario: rounds 1x2]", stream=stream))
    history = talk.history
    assert [step.type for step in history] == [
        "user_input",
        "thought",
        "function_call",
        "function_call",
        "function_result",
        "function_result",
        "model_output",
    ]
    assert history[0].content[0].text == "[scenario: rounds 1x2]"
    assert history[4].result == "question 0 of round 1: found"


@pytest.mark.parametrize("revision", REVISIONS)
@stored
@streamed
def test_every_revision(
    make_interactions_server: Any,
    client: ClientFactory,
    revision: str,
    store: bool,
    stream: bool,
) -> None:
    server = make_interactions_server(revision=revision)
    api = client(server, api_revision=revision)
    talk = api.conversation(model=MODEL, store=store, tools=[lookup])
    said(talk.send("My name is Ada. [scenario: rounds 2x2]", stream=stream))
    text = talk.to_json()
    done = said(load(api, text, tools=None).send("What is my name?", stream=stream))
    assert "Your name is Ada." in repr((getattr(done, "outputs", None) or done.steps)[-1])
    history = talk.history
    if revision != LATEST:
        assert [turn.role for turn in history] == [
            "user",
            "model",
            "user",
            "model",
            "user",
            "model",
        ]
        assert history[0].content[0].text == "My name is Ada. [scenario: rounds 2x2]"
    if not store and revision != LATEST:
        sent = bodies(server)[-1]["input"]
        written = [bindings_of(revision).unstructure(turn) for turn in history]
        assert sent[: len(written)] == written


# --- calls that are answered elsewhere ---------------------------------------------------------

ASK_USER = {"type": "function", "name": "ask_user", "parameters": {"type": "object"}}


@stored
@streamed
def test_pending_calls_are_answered(
    server: InteractionsServer, client: ClientFactory, store: bool, stream: bool
) -> None:
    api = client(server)
    talk = api.conversation(model=MODEL, store=store, tools=[ASK_USER, lookup])
    asked = said(talk.send("[scenario: rounds 1x2]", stream=stream))
    assert asked.status == "requires_action"
    assert [call.name for call in talk.pending] == ["ask_user", "lookup"]
    with pytest.raises(InvalidRequestError) as caught:
        talk.send("Never mind.")
    assert talk.pending[0].id in str(caught.value)

    talk = load(api, talk.to_json(), tools=[ASK_USER, lookup])
    done = said(talk.answer([function_result(talk.pending[0], "Paris")], stream=stream))
    assert done.output_text == "Done after 1 rounds of 2 calls."
    assert (talk.turns, talk.pending) == (1, ())
    with pytest.raises(InvalidRequestError, match="no call waits"):
        talk.answer([])
    talk.rewind()
    assert (talk.turns, talk.history) == (0, [])


# --- turns that fail ---------------------------------------------------------------------------


@stored
@streamed
def test_a_turn_that_fails_changes_nothing(
    server: InteractionsServer, client: ClientFactory, store: bool, stream: bool
) -> None:
    talk = client(server).conversation(model=MODEL, store=store)
    said(talk.send("My name is Ada.", stream=stream))
    before = talk.to_json()
    server.faults.add("no-response", on="create")
    with pytest.raises(ConnectionFailedError):
        said(talk.send("Hello?", stream=stream))
    for status in ("failed", "cancelled"):
        assert said(talk.send(f"[scenario: status {status}]", stream=stream)).status == status
    assert talk.to_json() == before
    assert said(talk.send("What is my name?", stream=stream)).output_text == "Your name is Ada."


@stored
@streamed
def test_a_turn_that_stops_on_its_way_is_taken_up(
    server: InteractionsServer, client: ClientFactory, store: bool, stream: bool
) -> None:
    called: list[int] = []

    def lookup(query: str, limit: int) -> str:
        called.append(limit)
        return "found"

    api = client(server)
    talk = api.conversation(model=MODEL, store=store, tools=[lookup])
    said(talk.send("My name is Ada. [scenario: empty]", stream=stream))
    before = talk.to_json()
    server.faults.add("no-response", on="create", nth=2)
    with pytest.raises(RunInterruptedError) as caught:
        said(talk.send("[scenario: rounds 2x2]", stream=stream))
    assert talk.to_json() == before
    state = RunState.from_json(caught.value.state.to_json())
    done = said(load(api, before, tools=[lookup]).resume(state, stream=stream))
    assert done.output_text == "Done after 2 rounds of 2 calls."
    done = said(talk.resume(state, stream=stream))
    assert sorted(called) == [0, 0, 0, 1, 1, 1]
    assert talk.turns == 2
    with pytest.raises(InvalidRequestError, match="not one of this conversation"):
        talk.resume(state)


def test_a_stream_that_is_left_changes_nothing(
    server: InteractionsServer, client: ClientFactory
) -> None:
    talk = client(server).conversation(model=MODEL)
    stream = talk.send("Hello.", stream=True)
    next(stream)
    with pytest.raises(InvalidRequestError, match="another turn is under way"):
        talk.send("Hello?")
    stream.close()
    assert talk.turns == 0
    talk.send("Hello?")
    assert talk.turns == 1
    assert "previous_interaction_id" not in bodies(server)[-1]


# --- branches ----------------------------------------------------------------------------------


@stored
def test_branches_go_on_by_themselves(
    server: InteractionsServer, client: ClientFactory, store: bool
) -> None:
    talk = client(server).conversation(model=MODEL, store=store)
    talk.send("My name is Ada.")
    talk.send("My name is Grace.")
    other, same = talk.branch(at=1), talk.branch()
    assert (other.turns, same.turns, talk.branch(at=0).turns) == (1, 2, 0)
    assert other.send("What is my name?").output_text == "Your name is Ada."
    assert same.send("What is my name?").output_text == "Your name is Grace."
    assert talk.turns == 2
    changed = talk.branch(at=1, system_instruction="Be long.")
    changed.send("x")
    assert bodies(server)[-1]["system_instruction"] == "Be long."
    assert talk.send("What is my name?").output_text == "Your name is Grace."
    assert "system_instruction" not in bodies(server)[-1]
    for place in (-1, 4):
        with pytest.raises(InvalidRequestError):
            talk.branch(at=place)


@stored
def test_rewinding(server: InteractionsServer, client: ClientFactory, store: bool) -> None:
    talk = client(server).conversation(model=MODEL, store=store)
    for name in ("Ada", "Grace", "Mary"):
        talk.send(f"My name is {name}.")
    talk.rewind(2)
    assert talk.turns == 1
    assert talk.send("What is my name?").output_text == "Your name is Ada."
    talk.rewind(0)
    assert talk.turns == 2
    with pytest.raises(InvalidRequestError):
        talk.rewind(3)
    talk.rewind(2)
    assert talk.send("What is my name?").output_text == "You have not told me your name."


def test_tools_are_those_of_all_turns(server: InteractionsServer, client: ClientFactory) -> None:
    given = [lookup]
    talk = client(server).conversation(model=MODEL, tools=iter(given))
    for _ in range(2):
        talk.send("Hello. [scenario: empty]")
    assert [tool["name"] for tool in bodies(server)[1]["tools"]] == ["lookup"]
    talk = client(server).conversation(model=MODEL, tools=given)
    given.clear()
    talk.send("Hello. [scenario: empty]")
    assert bodies(server)[2]["tools"]


@pytest.mark.sync_only
def test_no_turn_is_lost_to_one_that_began_before_it(
    server: InteractionsServer, client: ClientFactory
) -> None:
    talk = client(server).conversation(model=MODEL)

    class Slow(list[Json]):
        """An input that is ready only when another turn is over."""

        def __iter__(self) -> Any:
            if talk.turns == 0:
                talk.send("My name is Ada.")
            return super().__iter__()

    with pytest.raises(InvalidRequestError, match="has changed since"):
        talk.send(Slow([{"type": "text", "text": "What is my name?"}]))
    assert talk.send("What is my name?").output_text == "Your name is Ada."


def test_rewinding_waits_for_the_end_of_a_turn(
    server: InteractionsServer, client: ClientFactory
) -> None:
    talk = client(server).conversation(model=MODEL)
    talk.send("Hello.")
    stream = talk.send("Hello?", stream=True)
    with pytest.raises(InvalidRequestError, match="another turn is under way"):
        talk.rewind()
    stream.until_done()
    talk.rewind()
    assert (talk.turns, len(talk.history)) == (1, 3)


def test_where_it_begins_cannot_be_changed(
    server: InteractionsServer, client: ClientFactory
) -> None:
    api = client(server)
    talk = api.conversation(model=MODEL)
    other = {"previous_interaction_id": "v1_other"}
    with pytest.raises(InvalidRequestError, match="previous_interaction_id is where"):
        talk.branch(**other)
    with pytest.raises(InvalidRequestError, match="previous_interaction_id is where"):
        load(api, talk.to_json(), **other)


def test_a_call_nobody_can_answer_is_rewound(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.script([{"type": "function_call", "id": "", "name": "f"}], status="requires_action")
    talk = client(server).conversation(model=MODEL)
    talk.send("Hello.")
    assert talk.pending == ()
    with pytest.raises(InvalidRequestError, match="nobody can give"):
        talk.send("Hello?")
    with pytest.raises(InvalidRequestError, match="nobody can give"):
        talk.answer([])
    talk.rewind()
    talk.send("Hello?")
    assert talk.turns == 1


def test_it_can_begin_after_a_stored_interaction(
    server: InteractionsServer, client: ClientFactory
) -> None:
    api = client(server)
    first = api.interactions.create(model=MODEL, input="My name is Ada.")
    talk = api.conversation(model=MODEL, previous_interaction_id=first.id)
    assert talk.branch().send("What is my name?").output_text == "Your name is Ada."
    again = load(api, talk.to_json())
    assert again.send("What is my name?").output_text == "Your name is Ada."
    assert again.interaction_id != first.id == talk.interaction_id


# --- JSON --------------------------------------------------------------------------------------

ELSEWHERE = """
import sys
from gemini_interactions import Client, Conversation

def lookup(query: str, limit: int) -> str:
    return "found elsewhere"

with Client(api_key="k", base_url=sys.argv[1]) as client:
    talk = Conversation.from_json(client, sys.stdin.read(), tools=[lookup])
    print(talk.turns, talk.send("What is my name?").output_text)
    talk.send("[scenario: rounds 2x1]")
    sys.stdout.write(talk.to_json())
"""


@stored
def test_it_goes_on_in_another_process(
    server: InteractionsServer, client: ClientFactory, store: bool
) -> None:
    api = client(server)
    talk = api.conversation(model=MODEL, store=store, tools=[lookup], max_rounds=3)
    talk.send("My name is Ada. [scenario: rounds 1x2]")
    server.script([{"type": "model_output", "content": [{"type": "text", "text": "Ada"}]}])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ELSEWHERE, server.url],
        input=talk.to_json(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    first, rest = done.stdout.split("\n", 1)
    assert first == "1 Ada"
    again = load(api, rest, tools=[lookup])
    assert again.turns == 3
    assert again.history[: len(talk.history)] == talk.history
    assert again.history[-2].result == "found elsewhere"


def test_code_is_given_again(server: InteractionsServer, client: ClientFactory) -> None:
    def on_call(call: Any) -> Approve | Deny:
        return Deny("no")

    api = client(server)
    text = api.conversation(model=MODEL, tools=[lookup], on_call=on_call, timeout=5).to_json()
    assert "lookup" not in text
    for given in ({}, {"tools": [lookup]}, {"on_call": on_call}):
        with pytest.raises(InvalidRequestError, match="not saved: give"):
            load(api, text, **given)
    talk = load(api, text, tools=[lookup], on_call=on_call)
    talk.send("[scenario: rounds 1x1]")
    assert bodies(server)[1]["input"][0]["result"] == "the call was denied: no"
    load(api, text, tools=None, on_call=None, model="another").send("x")
    assert bodies(server)[-1]["model"] == "another"


def test_how_calls_are_made_is_saved(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    bounds = {"max_rounds": 1, "max_parallel": 2, "follow_continuation": 3}
    text = api.conversation(model=MODEL, checkpoint=print, **bounds).to_json()
    assert json.loads(text)["settings"] == {"model": MODEL, **bounds}
    with pytest.raises(InvalidRequestError, match="give checkpoint= again, or None"):
        load(api, text)

    def lookup(query: str, limit: int) -> str:
        return "found"

    again = load(api, text, checkpoint=None, tools=[lookup])
    with pytest.raises(RoundsExhaustedError):
        again.send("[scenario: rounds 2x1]")


@pytest.mark.parametrize(
    "wrong",
    [
        {"turns": 5},
        {"turns": [9]},
        {"turns": ["1"]},
        {"turns": [1, 1]},
        {"turns": []},
        {"settings": []},
        {"unsaved": 5},
        {"dialogue": None},
        {"dialogue": {"start": None, "exchanges": 5}},
        {"dialogue": {"start": None, "exchanges": []}},
    ],
)
def test_what_does_not_fit_together(
    server: InteractionsServer, client: ClientFactory, wrong: Json
) -> None:
    api = client(server)
    talk = api.conversation(model=MODEL)
    talk.send("Hello.")
    with pytest.raises(InvalidRequestError, match="this is no saved"):
        load(api, json.dumps({**json.loads(talk.to_json()), **wrong}))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"revision": "2026-05-20"}'])
def test_what_is_no_saved_conversation(
    server: InteractionsServer, client: ClientFactory, text: str
) -> None:
    with pytest.raises(InvalidRequestError, match="no saved conversation"):
        load(client(server), text)


def test_another_revision_is_another_conversation(
    server: InteractionsServer, client: ClientFactory
) -> None:
    text = client(server).conversation(model=MODEL).to_json()
    with pytest.raises(InvalidRequestError, match="one of revision 2026-05-20"):
        load(client(server, api_revision="2026-05-07"), text)


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"input": "x"}, "belongs to one turn"),
        ({"resume_from": "x"}, "belongs to one turn"),
        ({"modle": "x"}, "did you mean model?"),
        ({"max_rounds": 0}, "max_rounds"),
        ({"tools": [lookup, lookup]}, "two tools"),
    ],
)
def test_settings_that_make_no_sense(
    server: InteractionsServer, client: ClientFactory, settings: Json, told: str
) -> None:
    with pytest.raises(ValueError, match=told.replace("?", r"\?")):
        client(server).conversation(**{"model": MODEL, **settings})
    assert server.requests == []


@pytest.mark.sync_only
def test_asynchronous_tools_are_refused_at_once(
    server: InteractionsServer, client: ClientFactory
) -> None:
    async def later() -> str:
        return "x"

    with pytest.raises(InvalidRequestError, match="asynchronous"):
        client(server).conversation(model=MODEL, tools=[later])


def test_a_turn_has_options_of_its_own(server: InteractionsServer, client: ClientFactory) -> None:
    talk = client(server).conversation(model=MODEL, tools=[lookup])
    with pytest.raises(InvalidRequestError, match=r"branch\(temperature=...\)"):
        talk.send("x", temperature=1)
    with pytest.raises(InvalidRequestError, match=r"branch\(model=...\)"):
        talk.send("x", model="another")
    talk.send(
        "[scenario: rounds 1x1]",
        on_call=lambda call: Deny("not now"),
        extra_body={"labels": {"turn": "1"}},
        extra_headers={"x-turn": "1"},
    )
    assert [body["labels"] for body in bodies(server)] == [{"turn": "1"}] * 2
    assert {request.headers["x-turn"] for request in server.requests} == {"1"}
    talk.send("[scenario: rounds 2x1]")
    assert "labels" not in bodies(server)[-1]
    assert "is_error" not in bodies(server)[-1]["input"][0]


def test_its_repr_tells_nothing(server: InteractionsServer, client: ClientFactory) -> None:
    talk = client(server).conversation(model=MODEL, store=False, extra_headers={"x-key": "hush"})
    talk.send("A secret.")
    assert repr(talk).endswith("Conversation(turns=1, interaction_id=None)")
