"""The tool loop: what is executed, what is sent, and what the model is told."""

from __future__ import annotations

import contextvars
import json
import logging
import threading
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from gemini_interactions import (
    Approve,
    AuthenticationError,
    ConnectionFailedError,
    Deny,
    InteractionsError,
    InvalidRequestError,
    Replace,
    RoundsExhaustedError,
    RunError,
    RunInterruptedError,
    RunState,
    RunTimeoutError,
    StreamInterruptedError,
    ToolCall,
    ToolError,
    WaitTimeoutError,
    function_result,
)
from gemini_interactions._bindings import REVISIONS
from gemini_interactions.testing import InteractionsServer

ClientFactory = Callable[..., Any]
Json = dict[str, Any]
MODEL = "gemini-3-flash-preview"
SOON = 10.0
"""Seconds after which something that should happen at once is said not to happen."""


class Lookup:
    """A function for the model, and the calls it got."""

    def __init__(self, then: Callable[[int], object] | None = None) -> None:
        self.calls: list[int] = []
        self.then = then

    @property
    def tool(self) -> Any:
        def lookup(query: str, limit: int) -> str:
            """Look something up."""
            self.calls.append(limit)
            if self.then is not None:
                self.then(limit)
            return f"{query}: found"

        return lookup


def run(api: Any, marker: str, *tools: Any, **arguments: Any) -> Any:
    given = {"model": MODEL, "input": f"[scenario: {marker}]", **arguments}
    return api.interactions.run(tools=list(tools), **given)


def finished(answer: Any) -> tuple[list[Any], Any]:
    """The items of a streamed run, and its interaction; no items for one without a stream."""
    if not hasattr(answer, "until_done"):
        return [], answer
    items = list(answer)
    return items, answer.until_done()


def creates(server: InteractionsServer) -> list[Json]:
    return [request.json for request in server.requests if request.operation == "create"]


def results_in(body: Json) -> list[Json]:
    return [step for step in body["input"] if step["type"] == "function_result"]


def calls_of(server: InteractionsServer, body: Json) -> list[Json]:
    """The calls that the interaction before a request asked for."""
    before = server.store.get(body["previous_interaction_id"])
    return [step for step in before.answer.steps if step["type"] == "function_call"]


streamed = pytest.mark.parametrize("stream", [False, True], ids=["unary", "streamed"])


# --- rounds ------------------------------------------------------------------------------------


@streamed
def test_the_results_of_a_round_go_out_together_and_in_order(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    lookup = Lookup()
    config = {"temperature": 0.5}
    answer = run(
        client(server),
        "rounds 3x4",
        lookup.tool,
        stream=stream,
        generation_config=config,
        system_instruction="Be brief.",
    )
    _, interaction = finished(answer)

    assert interaction.output_text == "Done after 3 rounds of 4 calls."
    assert sorted(lookup.calls) == sorted([0, 1, 2, 3] * 3)
    first, *others = creates(server)
    assert first["input"] == "[scenario: rounds 3x4]"
    assert len(others) == 3
    for number, body in enumerate(others, start=1):
        results, calls = results_in(body), calls_of(server, body)
        assert len(results) == 4 == len(body["input"])
        assert [r["call_id"] for r in results] == [c["id"] for c in calls]
        assert [r["name"] for r in results] == ["lookup"] * 4
        assert [r["result"] for r in results] == [
            f"question {place} of round {number}: found" for place in range(4)
        ]
        assert body["generation_config"] == config
        assert body["system_instruction"] == "Be brief."
        assert body["tools"] == first["tools"]


def test_three_rounds_of_four_calls_are_one_gapless_sequence(
    server: InteractionsServer, client: ClientFactory
) -> None:
    api = client(server)
    stream = run(api, "rounds 3x4", Lookup().tool, stream=True)
    items = list(stream)

    assert [item.number for item in items] == list(range(len(items)))
    assert [item.round for item in items] == sorted(item.round for item in items)
    for number in (1, 2, 3, 4):
        kinds = [item.event.event_type for item in items if item.round == number]
        own = [kind for kind in kinds if kind != "call.finished"]
        assert own[0] == "interaction.created"
        assert own[-1] == "interaction.completed"
        assert kinds == [*own, *["call.finished"] * (len(kinds) - len(own))]
        assert len(kinds) - len(own) == (4 if number < 4 else 0)
    ids = [i.event.interaction.id for i in items if i.event.event_type == "interaction.completed"]
    assert len(set(ids)) == 4
    assert (stream.round, stream.status, stream.interaction_id) == (4, "completed", ids[-1])
    for interaction_id, number in zip(ids, (1, 2, 3, 4), strict=True):
        # What the stream said of a round is what the service has of it.
        replayed = list(api.interactions.get(interaction_id, stream=True))
        assert replayed == [
            item.event
            for item in items
            if item.round == number and item.event.event_type != "call.finished"
        ]
    assert stream.interaction == api.interactions.get(ids[-1])


def test_results_are_told_as_they_are_made(
    server: InteractionsServer, client: ClientFactory
) -> None:
    last_first = [threading.Event() for _ in range(3)]

    def wait(limit: int) -> None:
        if limit < 2:
            assert last_first[limit + 1].wait(SOON)
        last_first[limit].set()

    stream = run(client(server), "rounds 1x3", Lookup(wait).tool, stream=True)
    told = [item.event for item in stream if item.event.event_type == "call.finished"]

    assert {event.call.index for event in told} == {0, 1, 2}
    sent = results_in(creates(server)[-1])
    assert [event.result for event in sorted(told, key=lambda e: e.call.index)] == sent
    assert not any(event.is_error for event in told)


@streamed
def test_argument_fragments_that_interleave_are_put_together_right(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    seen: dict[int, str] = {}

    def lookup(query: str, limit: int) -> str:
        seen[limit] = query
        return str(limit)

    finished(run(client(server), "parallel 5", lookup, stream=stream))
    assert seen == {place: f"question {place} of round 1" for place in range(5)}
    assert [r["result"] for r in results_in(creates(server)[1])] == list("01234")


@pytest.mark.parametrize("status", ["completed", "failed", "incomplete", "budget_exceeded", "odd"])
@streamed
def test_it_ends_at_the_first_other_status(
    server: InteractionsServer, client: ClientFactory, status: str, stream: bool
) -> None:
    _, done = finished(run(client(server), f"status {status}", Lookup().tool, stream=stream))
    assert done.status == status
    assert len(server.requests) == 1


def test_without_tools_it_is_a_create(server: InteractionsServer, client: ClientFactory) -> None:
    done = client(server).interactions.run(model=MODEL, input="Hello.")
    assert done.output_text == 'You said: "Hello.".'
    assert "tools" not in server.requests[0].json


def test_what_runs_in_the_background_is_waited_for(
    make_interactions_server: Any, client: ClientFactory
) -> None:
    server = make_interactions_server(polls_until_done=3)
    done = run(client(server), "rounds 2x2", Lookup().tool, background=True)
    assert done.output_text == "Done after 2 rounds of 2 calls."
    assert len(creates(server)) == 3
    assert len(server.requests) > 6


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("store", [True, False])
@streamed
def test_every_revision(
    make_interactions_server: Any,
    client: ClientFactory,
    revision: str,
    store: bool,
    stream: bool,
) -> None:
    server = make_interactions_server(revision=revision)
    lookup = Lookup()
    api = client(server, api_revision=revision)
    _, done = finished(run(api, "rounds 2x3", lookup.tool, stream=stream, store=store))
    assert done.status == "completed"
    last = (getattr(done, "outputs", None) or done.steps)[-1]
    assert "Done after 2 rounds of 3 calls." in repr(last)
    assert sorted(lookup.calls) == [0, 0, 1, 1, 2, 2]
    bodies = creates(server)
    assert [body.get("store") for body in bodies] == [store] * 3
    chained = ["previous_interaction_id" in body for body in bodies]
    assert chained == ([False, True, True] if store else [False] * 3)


@streamed
def test_without_storing_all_is_sent_again_verbatim(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    question = [{"type": "text", "text": "[scenario: rounds 2x2]"}]
    finished(run(client(server), "", Lookup().tool, input=question, store=False, stream=stream))
    first, second, third = creates(server)
    assert first["input"] == question
    assert second["input"][0] == {"type": "user_input", "content": question}
    assert [step["type"] for step in second["input"]] == [
        "user_input",
        "thought",
        "function_call",
        "function_call",
        "function_result",
        "function_result",
    ]
    assert third["input"][: len(second["input"])] == second["input"]
    assert all(step["signature"] for step in third["input"] if step["type"] == "thought")


# --- making calls ------------------------------------------------------------------------------


def test_calls_of_a_round_are_made_at_the_same_time(
    server: InteractionsServer, client: ClientFactory
) -> None:
    together = threading.Barrier(4, timeout=SOON)
    lookup = Lookup(lambda limit: together.wait())
    done = run(client(server), "rounds 1x4", lookup.tool)
    assert done.status == "completed"
    assert not any(result.get("is_error") for result in results_in(creates(server)[1]))


@pytest.mark.parametrize("limit", [1, 2])
def test_no_more_at_a_time_than_allowed(
    server: InteractionsServer, client: ClientFactory, limit: int
) -> None:
    lock, counts = threading.Lock(), {"now": 0, "most": 0}
    pair = threading.Barrier(limit, timeout=SOON)

    def count(_: int) -> None:
        with lock:
            counts["now"] += 1
            counts["most"] = max(counts.values())
        pair.wait()  # every call sees as many others as there may be
        with lock:
            counts["now"] -= 1

    run(client(server), "rounds 1x6", Lookup(count).tool, max_parallel=limit)
    assert counts["most"] <= limit
    assert not any(result.get("is_error") for result in results_in(creates(server)[1]))


@pytest.mark.sync_only
def test_one_at_a_time_is_in_the_thread_of_the_caller(
    server: InteractionsServer, client: ClientFactory
) -> None:
    threads: set[threading.Thread] = set()
    lookup = Lookup(lambda limit: threads.add(threading.current_thread()))
    run(client(server), "rounds 1x3", lookup.tool, max_parallel=1)
    assert threads == {threading.current_thread()}


@pytest.mark.sync_only
@pytest.mark.parametrize("limit", [1, 8])
@streamed
def test_functions_see_the_context_of_the_caller(
    server: InteractionsServer, client: ClientFactory, stream: bool, limit: int
) -> None:
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user")
    user.set("ada")
    seen: list[str] = []
    lookup = Lookup(lambda limit: seen.append(user.get()))
    finished(run(client(server), "rounds 1x3", lookup.tool, stream=stream, max_parallel=limit))
    assert seen == ["ada"] * 3


@streamed
def test_calls_that_cannot_be_made_are_told_to_the_model(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    lookup = Lookup()
    items, done = finished(run(client(server), "bad-calls", lookup.tool, stream=stream))
    assert done.status == "completed"
    assert lookup.calls == []
    unknown, ill_typed = results_in(creates(server)[1])
    assert unknown["is_error"] is ill_typed["is_error"] is True
    assert unknown["result"] == ("there is no function 'no_such_function' (there are: lookup)")
    assert "no_such_argument" in ill_typed["result"]
    assert "query" in ill_typed["result"]
    if stream:
        told = [i.event for i in items if i.event.event_type == "call.finished"]
        assert [event.is_error for event in told] == [True, True]


def call_step(**fields: Any) -> Json:
    return {"type": "function_call", "id": "c1", "name": "lookup", **fields}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "the call has no arguments"),
        ({"arguments": None}, "the call has no arguments"),
        ({"arguments": "Paris"}, "the arguments are no JSON object: Paris"),
        ({"arguments": [1]}, "the arguments are no JSON object: [1]"),
        ({"arguments": {"query": 5, "limit": 1}}, "query"),
        ({"arguments": {"query": "x", "limit": "many"}}, "limit"),
        ({"arguments": {}}, "query"),
    ],
)
def test_no_call_without_its_arguments(
    server: InteractionsServer, client: ClientFactory, fields: Json, told: str
) -> None:
    lookup = Lookup()
    server.script([call_step(**fields)], status="requires_action")
    done = run(client(server), "", lookup.tool, input="x")
    assert done.status == "completed"
    assert lookup.calls == []
    [result] = results_in(creates(server)[1])
    assert result["is_error"] is True
    assert told in result["result"]


@pytest.mark.parametrize("fields", [{}, {"arguments": {}}, {"arguments": None}])
def test_where_there_is_nothing_to_give_nothing_need_be_given(
    server: InteractionsServer, client: ClientFactory, fields: Json
) -> None:
    def lookup() -> str:
        return "noon"

    server.script([call_step(**fields)], status="requires_action")
    run(client(server), "", lookup, input="x")
    assert results_in(creates(server)[1])[0]["result"] == "noon"


@pytest.mark.parametrize("fragments", [['{"query": "x", "lim'], ["[1, ", "2]"], ["tru", "e"]])
def test_fragments_that_make_no_object(
    server: InteractionsServer, client: ClientFactory, fragments: list[str]
) -> None:
    lookup = Lookup()
    step = call_step(arguments={})
    server.script(
        [
            {"interaction": {"id": "v1_x", "status": "in_progress"}}
            | {"event_type": "interaction.created"},
            {"index": 0, "step": step, "event_type": "step.start"},
            *(
                {"index": 0, "delta": {"type": "arguments_delta", "arguments": text}}
                | {"event_type": "step.delta"}
                for text in fragments
            ),
            {"index": 0, "event_type": "step.stop"},
            {"interaction": {"id": "v1_x", "status": "requires_action"}}
            | {"event_type": "interaction.completed"},
        ]
    )
    stream = run(client(server), "", lookup.tool, input="x", stream=True)
    with pytest.raises(RunInterruptedError) as caught:
        list(stream)  # the server knows nothing of the call that its script made up
    assert lookup.calls == []
    [result] = results_in(creates(server)[1])
    assert result["result"] == (
        f"lookup was not called: the arguments are no JSON object: {''.join(fragments)}"
    )
    assert isinstance(caught.value.__cause__, InteractionsError)


@streamed
def test_what_a_function_raises_is_told_to_the_model(
    server: InteractionsServer,
    client: ClientFactory,
    caplog: pytest.LogCaptureFixture,
    stream: bool,
) -> None:
    def fail(limit: int) -> None:
        if limit == 0:
            raise KeyError("secret-word")
        if limit == 1:
            raise ToolError("Ask for a city.")

    with caplog.at_level(logging.WARNING, "gemini_interactions"):
        items, done = finished(run(client(server), "rounds 1x3", Lookup(fail).tool, stream=stream))
    assert done.status == "completed"
    first, second, third = results_in(creates(server)[1])
    assert (first["is_error"], first["result"]) == (True, "KeyError: 'secret-word'")
    assert (second["is_error"], second["result"]) == (True, "Ask for a city.")
    assert "is_error" not in third
    [record] = caplog.records
    assert record.getMessage() == "the function 'lookup' raised KeyError: the model is told"
    if stream:
        errors = [i.event.error for i in items if i.event.event_type == "call.finished"]
        assert sorted(type(error).__name__ for error in errors if error) == [
            "KeyError",
            "ToolError",
        ]


@pytest.mark.parametrize("value", [{1, object()}, "\ud800", float("nan"), {"a": [object()]}])
def test_a_result_that_is_no_json_is_told_to_the_model(
    server: InteractionsServer, client: ClientFactory, value: object
) -> None:
    def lookup(query: str, limit: int) -> object:
        return value

    done = run(client(server), "rounds 1x1", lookup)
    assert done.status == "completed"
    assert results_in(creates(server)[1])[0]["is_error"] is True


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    "error", [ToolError("x", result=object()), OSError("\udcff"), UnspeakableError()]
)
def test_an_error_that_is_no_json_is_told_by_its_name(
    server: InteractionsServer, client: ClientFactory, error: Exception
) -> None:
    def lookup(query: str, limit: int) -> object:
        raise error

    assert run(client(server), "rounds 1x1", lookup).status == "completed"
    [result] = results_in(creates(server)[1])
    assert (result["is_error"], result["result"]) == (True, type(error).__name__)


@pytest.mark.parametrize("limit", [1, 8])
def test_what_ends_a_program_ends_the_run(
    server: InteractionsServer, client: ClientFactory, limit: int, shell: str
) -> None:
    if shell == "async":
        return  # there, such an exception ends the event loop itself

    def leave(_: int) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        run(client(server), "rounds 1x2", Lookup(leave).tool, max_parallel=limit)
    assert len(server.requests) == 1


def test_tools_may_be_objects(server: InteractionsServer, client: ClientFactory) -> None:
    class Counter:
        name = "count"
        is_async = False
        declaration: ClassVar[Json] = {"type": "function", "name": "count"}

        def prepare(self, arguments: Any) -> Callable[[], Any]:
            return lambda: sorted(arguments)

    run(client(server), "rounds 1x1", Counter())
    assert creates(server)[0]["tools"] == [Counter.declaration]
    [result] = results_in(creates(server)[1])
    assert result["result"] == [{"type": "text", "text": '["limit","query"]'}]


# --- the hook ----------------------------------------------------------------------------------


@streamed
def test_the_hook_decides_about_each_call(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    asked: list[ToolCall] = []

    def on_call(call: ToolCall) -> Approve | Deny | Replace:
        asked.append(call)
        if call.index == 1:
            return Deny("not today")
        if call.index == 2:
            return Replace(value={"cached": True})
        if call.index == 3:
            return Replace(arguments={"query": "another", "limit": 40})
        return Approve()

    lookup = Lookup()
    finished(run(client(server), "rounds 2x4", lookup.tool, on_call=on_call, stream=stream))
    assert [(call.round, call.index) for call in asked] == [
        (number, place) for number in (1, 2) for place in range(4)
    ]
    assert {call.name for call in asked} == {"lookup"}
    assert asked[0].arguments == {"query": "question 0 of round 1", "limit": 0}
    for body in creates(server)[1:]:
        approved, denied, cached, changed = results_in(body)
        assert "is_error" not in approved
        assert (denied["is_error"], denied["result"]) == (True, "the call was denied: not today")
        assert cached["result"] == {"cached": True}
        assert changed["result"] == "another: found"
        assert [call.id for call in asked if call.interaction_id == body["previous_interaction_id"]]
    assert sorted(lookup.calls) == [0, 0, 40, 40]


def test_the_hook_can_answer_for_functions_that_are_not_there(
    server: InteractionsServer, client: ClientFactory
) -> None:
    problems: list[str | None] = []

    def on_call(call: ToolCall) -> Replace:
        problems.append(call.problem)
        return Replace(value="made up")

    run(client(server), "bad-calls", Lookup().tool, on_call=on_call)
    assert [result["result"] for result in results_in(creates(server)[1])] == ["made up"] * 2
    assert problems == [None, None]


def test_a_hook_that_does_not_decide_approves_nothing(
    server: InteractionsServer, client: ClientFactory
) -> None:
    lookup = Lookup()
    with pytest.raises(InvalidRequestError, match=r"on_call gives Approve\(\)"):
        run(client(server), "rounds 1x1", lookup.tool, on_call=lambda call: None)
    assert lookup.calls == []


@streamed
def test_what_the_hook_raises_stops_the_run(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    class StoppedError(Exception):
        pass

    def on_call(call: ToolCall) -> Approve:
        if call.round == 2:
            raise StoppedError(call.interaction_id)
        return Approve()

    api, lookup = client(server), Lookup()
    with pytest.raises(StoppedError) as caught:
        finished(run(api, "rounds 3x2", lookup.tool, on_call=on_call, stream=stream))
    assert sorted(lookup.calls) == [0, 1]
    assert len(creates(server)) == 2
    # The id that the hook was told is all it takes to go on.
    done = api.interactions.run(model=MODEL, tools=[lookup.tool], resume_from=str(caught.value))
    assert done.output_text == "Done after 3 rounds of 2 calls."


@streamed
def test_a_hook_cannot_end_a_run_quietly(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    """What ends an iteration is no end of this one."""
    for name, error in (("on_call", StopIteration), ("checkpoint", StopAsyncIteration)):

        def hook(told: object, error: type[Exception] = error) -> Any:
            raise error

        api, lookup = client(server), Lookup()
        with pytest.raises((RuntimeError, StopAsyncIteration)):
            finished(run(api, "rounds 1x1", lookup.tool, stream=stream, **{name: hook}))
        assert lookup.calls == []


def test_replace_takes_one_thing() -> None:
    several: list[Json] = [{}, {"value": 1, "arguments": {}}, {"arguments": [1]}]
    for arguments in several:
        with pytest.raises(InvalidRequestError):
            Replace(**arguments)
    assert Replace(value=None).value is None
    assert repr(Replace(arguments={"a": 1})) == "Replace(value=nothing, arguments={'a': 1})"


# --- stopping and going on ---------------------------------------------------------------------


class KilledError(Exception):
    """As if the process ended here."""


def elsewhere(state: RunState) -> RunState:
    """A state as another process reads it."""
    return RunState.from_json(json.loads(json.dumps(state.to_json())))


@streamed
def test_the_rounds_are_bounded(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    api, lookup = client(server), Lookup()
    with pytest.raises(RoundsExhaustedError) as caught:
        finished(run(api, "rounds 3x2", lookup.tool, max_rounds=2, stream=stream))
    error = caught.value
    assert len(lookup.calls) == 4
    assert [call.round for call in error.pending] == [3, 3]
    assert error.interaction.status == "requires_action"
    assert error.state.interaction_id == error.interaction.id
    for part in (*(call.id for call in error.pending), error.interaction.id, "max_rounds=2"):
        assert part in str(error)

    again = api.interactions.run(
        model=MODEL, tools=[lookup.tool], resume_from=elsewhere(error.state), stream=stream
    )
    items, done = finished(again)
    assert done.output_text == "Done after 3 rounds of 2 calls."
    assert len(lookup.calls) == 6
    assert [item.number for item in items] == list(range(len(items)))
    assert {item.round for item in items} == ({3, 4} if stream else set())


@streamed
def test_exactly_as_many_rounds_as_allowed(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    _, done = finished(
        run(client(server), "rounds 3x1", Lookup().tool, max_rounds=3, stream=stream)
    )
    assert done.status == "completed"


@streamed
def test_a_create_of_unknown_outcome_is_not_sent_twice(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    server.faults.add("no-response", on="create", nth=2)
    api, lookup = client(server), Lookup()
    with pytest.raises(RunInterruptedError) as caught:
        finished(run(api, "rounds 2x3", lookup.tool, stream=stream))
    error = caught.value
    assert isinstance(error.__cause__, ConnectionFailedError)
    assert error.__cause__.sent
    assert len(creates(server)) == 2
    assert sorted(lookup.calls) == [0, 1, 2]
    assert error.pending == ()
    assert "3 results that are kept" in str(error)
    assert error.interaction.id == creates(server)[1]["previous_interaction_id"]

    again = api.interactions.run(
        model=MODEL, tools=[lookup.tool], resume_from=elsewhere(error.state), stream=stream
    )
    _, done = finished(again)
    assert done.output_text == "Done after 2 rounds of 3 calls."
    assert sorted(lookup.calls) == sorted([0, 1, 2] * 2), "no function was called again"
    assert creates(server)[2]["input"] == creates(server)[1]["input"]


@streamed
def test_the_first_failure_is_itself(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    server.faults.add("error", status=401)
    with pytest.raises(AuthenticationError):
        run(client(server), "rounds 1x1", Lookup().tool, stream=stream)


def test_a_stream_that_breaks_for_good_is_taken_up_where_it_was(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("cut", on="create", nth=2, after=4)
    api, lookup = client(server), Lookup()
    stream = run(api, "rounds 2x2", lookup.tool, stream=True, resume=False)
    with pytest.raises(RunInterruptedError) as caught:
        list(stream)
    error = caught.value
    assert isinstance(error.__cause__, StreamInterruptedError)
    assert error.state.started == error.__cause__.interaction_id
    assert f"interaction {error.state.started} is under way" in str(error)
    assert stream.state == error.state

    items, done = finished(
        api.interactions.run(
            model=MODEL, tools=[lookup.tool], resume_from=elsewhere(error.state), stream=True
        )
    )
    assert done.output_text == "Done after 2 rounds of 2 calls."
    assert len(creates(server)) == 3, "what was begun was not begun again"
    assert len(lookup.calls) == 4
    assert items[0].event.interaction.id == error.state.started


def test_streams_inside_a_run_resume_by_themselves(
    server: InteractionsServer, client: ClientFactory
) -> None:
    whole = list(run(client(server), "rounds 2x2", Lookup().tool, stream=True))
    server.clear()
    server.faults.add("cut", on="create", after=3, hits=0)
    items = list(run(client(server), "rounds 2x2", Lookup().tool, stream=True))
    assert [i.event.event_type for i in items] == [i.event.event_type for i in whole]
    assert [i.number for i in items] == list(range(len(whole)))


def test_the_time_is_bounded(server: InteractionsServer, client: ClientFactory, time: Any) -> None:
    def sleep(limit: int) -> None:
        time.seconds += 20 * (limit == 1)

    api, lookup = client(server), Lookup(sleep)
    with pytest.raises(RunTimeoutError) as caught:
        run(api, "rounds 9x3", lookup.tool, timeout=50, max_parallel=1)
    error = caught.value
    assert isinstance(error, TimeoutError)
    assert len(lookup.calls) == 8
    assert [call.index for call in error.pending] == [2]
    lookup.then = None
    done = api.interactions.run(
        model=MODEL, tools=[lookup.tool], resume_from=elsewhere(error.state)
    )
    assert done.output_text == "Done after 9 rounds of 3 calls."
    assert len(lookup.calls) == 27, "what has a result was not called again"


@streamed
def test_a_function_that_does_not_end_does_not_hold_the_run(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    release = threading.Event()

    def hang(limit: int) -> None:
        if limit == 1:
            release.wait(SOON)

    lookup = Lookup(hang)
    api = client(server, clock=None)
    try:
        with pytest.raises(RunTimeoutError) as caught:
            finished(run(api, "rounds 1x3", lookup.tool, timeout=1.0, stream=stream))
    finally:
        release.set()
    assert [call.index for call in caught.value.pending] == [1]
    assert sorted(caught.value.state.results) == [0, 2]


def test_waiting_in_the_background_is_bounded_too(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.script_statuses(["in_progress"])
    api = client(server)
    with pytest.raises(RunTimeoutError) as caught:
        run(api, "rounds 1x1", Lookup().tool, background=True, timeout=60)
    assert isinstance(caught.value.__cause__, WaitTimeoutError)
    assert caught.value.state.started in server.store


def test_a_poll_that_fails_does_not_lose_the_interaction(
    make_interactions_server: Any, client: ClientFactory
) -> None:
    server = make_interactions_server(polls_until_done=2)
    server.faults.add("error", status=404, on="get")
    api, lookup = client(server), Lookup()
    with pytest.raises(RunInterruptedError) as caught:
        run(api, "rounds 1x1", lookup.tool, background=True)
    state = elsewhere(caught.value.state)
    assert state.started in server.store
    done = api.interactions.run(
        model=MODEL, tools=[lookup.tool], resume_from=state, background=True
    )
    assert done.output_text == "Done after 1 rounds of 1 calls."
    assert len(creates(server)) == 2


@streamed
@pytest.mark.parametrize("form", ["id", "interaction", "state"])
def test_from_the_last_interaction(
    server: InteractionsServer, client: ClientFactory, form: str, stream: bool
) -> None:
    api, lookup = client(server), Lookup()
    states: list[RunState] = []

    def checkpoint(state: RunState) -> None:
        states.append(state)
        if len(states) == 3:  # the calls of the second round are known, and not made
            raise KilledError

    with pytest.raises(KilledError):
        finished(run(api, "rounds 2x2", lookup.tool, checkpoint=checkpoint, stream=False))
    assert len(lookup.calls) == 2
    last = states[-1].interaction_id
    assert last
    forms: dict[str, Any] = {
        "id": last,
        "interaction": api.interactions.get(last),
        "state": elsewhere(states[-1]),
    }
    again = api.interactions.run(
        model=MODEL, tools=[lookup.tool], resume_from=forms[form], stream=stream
    )
    assert finished(again)[1].output_text == "Done after 2 rounds of 2 calls."
    assert len(lookup.calls) == 4
    assert len(creates(server)) == 3


def test_checkpoints_hold_the_results_before_they_are_sent(
    server: InteractionsServer, client: ClientFactory
) -> None:
    seen: list[tuple[int, int, int]] = []

    def checkpoint(state: RunState) -> None:
        seen.append((state.round, len(state.results), len(creates(server))))

    run(client(server), "rounds 2x3", Lookup().tool, checkpoint=checkpoint)
    assert seen == [(1, 0, 1), (1, 3, 1), (2, 0, 2), (2, 3, 2)]


def test_states_that_are_none(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    state = RunState.from_json(
        '{"revision": "2025-12-11", "round": 1, "dialogue": {"start": null, "exchanges": []},'
        ' "asked": "x", "started": null, "results": {}}'
    )
    for source in (state, 5, {"status": "completed"}):
        with pytest.raises(InvalidRequestError):
            api.interactions.run(model=MODEL, resume_from=source)
    text = state.to_json()
    for known, wrong in (('"round": 1', '"round": "1"'), ('"parts": null', '"parts": {}')):
        with pytest.raises(InvalidRequestError, match="no state of a run"):
            RunState.from_json(text.replace(known, wrong))
    for text in ("", "[]", "{}", '{"revision": 1}', "null"):
        with pytest.raises(InvalidRequestError, match="no state of a run"):
            RunState.from_json(text)
    assert server.requests == []


# --- functions that are called elsewhere -------------------------------------------------------

ASK_USER = {
    "type": "function",
    "name": "ask_user",
    "parameters": {"type": "object", "properties": {"query": {"type": "string"}}},
}


@streamed
@pytest.mark.parametrize("form", ["interaction", "id"])
def test_a_function_that_is_only_declared_hands_the_run_back(
    server: InteractionsServer, client: ClientFactory, stream: bool, form: str
) -> None:
    api, lookup = client(server), Lookup()
    _, asked = finished(run(api, "rounds 1x2", ASK_USER, lookup.tool, stream=stream))
    assert asked.status == "requires_action"
    assert lookup.calls == []
    [question] = [s for s in asked.steps if s.type == "function_call" and s.name == "ask_user"]

    again = api.interactions.run(
        model=MODEL,
        tools=[ASK_USER, lookup.tool],
        resume_from=asked if form == "interaction" else asked.id,
        results=[function_result(question, "Paris")],
        stream=stream,
    )
    assert finished(again)[1].output_text == "Done after 1 rounds of 2 calls."
    assert lookup.calls == [1]
    assert [r["result"] for r in results_in(creates(server)[1])] == [
        "Paris",
        "question 1 of round 1: found",
    ]


def test_results_that_nobody_waits_for(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    asked = run(api, "rounds 1x1", ASK_USER)
    wrong = {"type": "function_result", "call_id": "nobody", "name": "f", "result": "x"}
    with pytest.raises(InvalidRequestError, match=f"open calls: {asked.steps[-1].id}"):
        api.interactions.run(model=MODEL, tools=[ASK_USER], resume_from=asked, results=[wrong])


def test_calls_of_one_id_are_answered_one_by_one(
    server: InteractionsServer, client: ClientFactory
) -> None:
    asked = [
        {"type": "function_call", "id": "same", "name": "ask_user", "arguments": {"query": query}}
        for query in "ab"
    ]
    server.script(asked, status="requires_action")
    server.script([])
    api = client(server)
    before = run(api, "", ASK_USER, input="x")
    results = [function_result(call, call.arguments["query"]) for call in before.steps]
    done = api.interactions.run(model=MODEL, tools=[ASK_USER], resume_from=before, results=results)
    assert done.status == "completed"
    assert [r["result"] for r in results_in(creates(server)[1])] == ["a", "b"]


def test_a_stored_interaction_is_gone_on_from_without_storing(
    server: InteractionsServer, client: ClientFactory
) -> None:
    api = client(server)
    before = run(api, "rounds 1x1", ASK_USER)
    call = before.steps[-1]
    for source in (before, before.id):
        done = api.interactions.run(
            model=MODEL,
            tools=[ASK_USER],
            store=False,
            resume_from=source,
            results=[function_result(call, "Paris")],
        )
        assert done.output_text == "Done after 1 rounds of 1 calls."
        sent = creates(server)[-1]
        assert (sent["previous_interaction_id"], sent["store"]) == (before.id, False)
        assert [step["type"] for step in sent["input"]] == ["function_result"]


def test_calls_nobody_can_answer_hand_the_run_back(
    server: InteractionsServer, client: ClientFactory
) -> None:
    lookup = Lookup()
    nameless = {"type": "function_call", "id": "c1", "arguments": {}}
    server.script([nameless], status="requires_action")
    assert run(client(server), "", lookup.tool, input="x").status == "requires_action"
    server.script([{"type": "thought"}], status="requires_action")
    assert run(client(server), "", lookup.tool, input="x").status == "requires_action"
    assert len(server.requests) == 2


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"max_round": 3}, "did you mean max_rounds?"),
        ({"max_rounds": 0}, "max_rounds is a number of at least 1"),
        ({"max_parallel": True}, "max_parallel is a number"),
        ({"follow_continuation": "yes"}, "follow_continuation"),
        ({"assemble": False}, "assemble"),
        ({"resume_from": "v1_x"}, "leave out input"),
        ({"input": {1}}, "input cannot be sent"),
        ({"on_call": True}, "on_call is a function, got True"),
        ({"checkpoint": "state.json"}, "checkpoint is a function"),
        ({"results": [{"call_id": "c"}]}, "give resume_from"),
    ],
)
@streamed
def test_arguments_that_make_no_sense(
    server: InteractionsServer, client: ClientFactory, arguments: Json, told: str, stream: bool
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        run(client(server), "rounds 1x1", Lookup().tool, stream=stream, **arguments)
    assert told in str(caught.value)
    assert server.requests == []


@pytest.mark.sync_only
def test_what_is_asynchronous_is_refused_before_anything_is_sent(
    server: InteractionsServer, client: ClientFactory
) -> None:
    async def lookup(query: str) -> str:
        return query

    async def on_call(call: ToolCall) -> Approve:
        return Approve()

    class Hook:
        async def __call__(self, call: ToolCall) -> Approve:
            return Approve()

    async def checkpoint(state: RunState) -> None: ...

    for arguments in (
        {"tools": [lookup]},
        {"on_call": on_call},
        {"on_call": Hook()},
        {"checkpoint": checkpoint},
    ):
        with pytest.raises(InvalidRequestError, match="asynchronous: give it to an AsyncClient"):
            client(server).interactions.run(model=MODEL, input="x", **arguments)
    assert server.requests == []


@pytest.mark.sync_only
def test_what_turns_out_asynchronous_is_told_to_the_model(
    server: InteractionsServer, client: ClientFactory
) -> None:
    async def later() -> str:
        return "x"

    def lookup(query: str, limit: int) -> Any:
        return later()

    run(client(server), "rounds 1x1", lookup)
    [result] = results_in(creates(server)[1])
    assert result["is_error"] is True
    assert "AsyncClient can" in result["result"]


# --- leaving -----------------------------------------------------------------------------------


def test_a_run_that_is_left_can_be_gone_on_with(
    server: InteractionsServer, client: ClientFactory
) -> None:
    api, lookup = client(server), Lookup()
    stream = run(api, "rounds 2x2", lookup.tool, stream=True)
    for item in stream:
        if item.event.event_type == "call.finished" and len(stream.state.results) == 2:
            break
    stream.close()
    with pytest.raises(StreamInterruptedError):
        next(stream)
    assert len(creates(server)) == 1
    state = elsewhere(stream.state)
    done = api.interactions.run(model=MODEL, tools=[lookup.tool], resume_from=state)
    assert done.output_text == "Done after 2 rounds of 2 calls."
    assert len(lookup.calls) == 4


def test_a_run_that_is_left_inside_an_interaction_does_not_begin_it_again(
    server: InteractionsServer, client: ClientFactory
) -> None:
    api, lookup = client(server), Lookup()
    stream = run(api, "rounds 2x2", lookup.tool, stream=True)
    for item in stream:
        if item.round == 2 and item.event.event_type == "step.start":
            break
    stream.close()
    state = elsewhere(stream.state)
    assert state.started == stream.interaction_id is not None
    done = api.interactions.run(model=MODEL, tools=[lookup.tool], resume_from=state)
    assert done.output_text == "Done after 2 rounds of 2 calls."
    assert len(creates(server)) == 3
    assert len(lookup.calls) == 4


def test_what_is_not_stored_is_begun_again(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("cut", on="create", nth=2, after=4)
    api, lookup = client(server), Lookup()
    with pytest.raises(RunInterruptedError) as caught:
        list(run(api, "rounds 1x2", lookup.tool, stream=True, extra_body={"store": False}))
    assert caught.value.state.started is None
    state = elsewhere(caught.value.state)
    done = api.interactions.run(model=MODEL, tools=[lookup.tool], resume_from=state, store=False)
    assert done.output_text == "Done after 1 rounds of 2 calls."
    assert creates(server)[2]["input"] == creates(server)[1]["input"]
    assert len(creates(server)[2]["input"]) == 6, "all that was said before goes with it"


def test_an_id_of_what_is_not_stored_is_nothing_to_fetch(
    server: InteractionsServer, client: ClientFactory
) -> None:
    begun = {"id": "v1_gone", "status": "in_progress"}
    step = {"event_type": "step.start", "index": 0, "step": {"type": "thought"}}
    server.script([{"event_type": "interaction.created", "interaction": begun}, step])
    server.faults.add("cut", on="create", after=2)
    stream = run(client(server), "", input="x", stream=True, store=False, resume=False)
    with pytest.raises(StreamInterruptedError) as caught:
        list(stream)
    assert caught.value.interaction_id == "v1_gone"
    assert (stream.state.started, stream.state.asked) == (None, "x")


@pytest.mark.sync_only
def test_closing_inside_a_call(server: InteractionsServer, client: ClientFactory) -> None:
    lookup = Lookup(lambda limit: stream.close())
    stream = run(client(server), "rounds 1x3", lookup.tool, stream=True, max_parallel=1)
    kinds: list[str] = []
    with pytest.raises(StreamInterruptedError):
        kinds.extend(item.event.event_type for item in stream)
    assert lookup.calls == [0]
    assert "call.finished" not in kinds


def test_closing_while_another_thread_waits_for_a_call(
    server: InteractionsServer, client: ClientFactory
) -> None:
    begun, release = threading.Event(), threading.Event()

    def hang(limit: int) -> None:
        begun.set()
        release.wait(SOON)

    stream = run(client(server), "rounds 1x2", Lookup(hang).tool, stream=True)
    raised: list[BaseException] = []

    def read() -> None:
        try:
            list(stream)
        except BaseException as error:
            raised.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(SOON)
    stream.close()
    reader.join(SOON)
    is_waiting = reader.is_alive()
    release.set()
    reader.join(SOON)
    assert not is_waiting
    assert [type(error) for error in raised] == [StreamInterruptedError]
    assert len(creates(server)) == 1


@pytest.mark.sync_only
def test_closing_begins_no_further_call(server: InteractionsServer, client: ClientFactory) -> None:
    begun, release = threading.Event(), threading.Event()

    def work(limit: int) -> None:
        if limit == 2:
            begun.set()
        if limit:
            assert release.wait(SOON)

    lookup = Lookup(work)
    stream = run(client(server), "rounds 1x6", lookup.tool, stream=True, max_parallel=2)
    for item in stream:
        if item.event.event_type == "call.finished":
            break
    assert begun.wait(SOON)
    stream.close()
    release.set()
    for thread in threading.enumerate():
        if thread.name == "gemini-tool":
            thread.join(SOON)
    assert sorted(lookup.calls) == [0, 1, 2]


def test_closing_while_another_thread_waits_for_the_next_round(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("silent", on="create", nth=2)
    stream = run(client(server), "rounds 1x1", Lookup().tool, stream=True)
    raised: list[BaseException] = []
    asked = threading.Event()

    def read() -> None:
        try:
            for item in stream:
                if item.event.event_type == "call.finished":
                    asked.set()
        except InteractionsError as error:
            raised.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    assert asked.wait(SOON)
    while len(server.requests) < 2:
        assert reader.is_alive()
    stream.close()
    server.release()
    reader.join(SOON)
    assert [type(error) for error in raised] == [StreamInterruptedError]
    assert list(stream.state.results) == [0]


def test_closing_is_no_harm(server: InteractionsServer, client: ClientFactory) -> None:
    stream = run(client(server), "rounds 1x1", Lookup().tool, stream=True)
    whole = stream.until_done()
    stream.close()
    stream.close()
    assert stream.until_done() == whole
    assert list(stream) == []


def test_errors_survive_a_pickle_and_stay_one_line(
    server: InteractionsServer, client: ClientFactory
) -> None:
    import pickle

    with pytest.raises(RunError) as caught:
        run(client(server), "rounds 2x1", Lookup().tool, max_rounds=1)
    error = caught.value
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.state, again.pending) == (str(error), error.state, error.pending)
    assert "\n" not in str(error)
    assert "question" not in repr(error.state), "what was said is not for logs"
