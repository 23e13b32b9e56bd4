"""Interactions that come in parts: merged, streamed as one, bounded, and never sent twice."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions import (
    ConnectionFailedError,
    ContinuationError,
    Continued,
    InteractionAssembler,
    InvalidRequestError,
    RunInterruptedError,
    RunState,
    Stream,
    StreamInterruptedError,
)
from gemini_interactions._bindings import bindings_of
from gemini_interactions._core.dialogues.continuation import total
from gemini_interactions.testing import InteractionsServer

ClientFactory = Callable[..., Any]
Json = dict[str, Any]
MODEL = "gemini-3-flash-preview"
PARTS = "[scenario: continuation 3]"
streamed = pytest.mark.parametrize("stream", [False, True], ids=["unary", "streamed"])


def ask(api: Any, text: str = PARTS, follow: Any = True, **fields: Any) -> Any:
    return api.interactions.create(model=MODEL, input=text, follow_continuation=follow, **fields)


def whole(answer: Any) -> Any:
    return answer.until_done() if hasattr(answer, "until_done") else answer


def bodies(server: InteractionsServer) -> list[Json]:
    return [request.json for request in server.requests if request.operation == "create"]


@streamed
def test_parts_are_merged(server: InteractionsServer, client: ClientFactory, stream: bool) -> None:
    api = client(server)
    merged = whole(ask(api, stream=stream))
    assert merged.output_text == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "
    assert merged.status == "completed"
    assert Continued in type(merged).__mro__
    assert len(merged.continuation_ids) == len(set(merged.continuation_ids)) == 3
    assert merged.id == merged.continuation_ids[-1]
    parts = [api.interactions.get(one) for one in merged.continuation_ids]
    assert merged.steps == [step for part in parts for step in part.steps]
    for count in ("total_tokens", "total_input_tokens", "total_output_tokens"):
        assert getattr(merged.usage, count) == sum(getattr(part.usage, count) for part in parts)
    assert (merged.created, merged.updated) == (parts[0].created, parts[-1].updated)
    assert merged.continuation_token is None


@streamed
def test_the_ids_of_the_parts_are_no_field(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    merged = whole(ask(client(server), stream=stream))
    written = bindings_of().unstructure(merged)
    assert merged.continuation_ids[0] not in repr(written)
    for again in (pickle.loads(pickle.dumps(merged)), copy.copy(merged), copy.deepcopy(merged)):
        assert again == merged
        assert again.continuation_ids == merged.continuation_ids
    assert isinstance(merged, bindings_of().types.Interaction)


@streamed
def test_how_the_token_travels(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    config = {"temperature": 0.5}
    merged = whole(ask(client(server), stream=stream, generation_config=config))
    first, *others = bodies(server)
    assert "continuation_token" not in first
    for number, (body, before) in enumerate(
        zip(others, merged.continuation_ids, strict=False), start=2
    ):
        assert body["continuation_token"] == f"continue-{number}"
        assert body["previous_interaction_id"] == before
        assert "input" not in body
        assert body["generation_config"] == config
    assert len(others) == 2


@streamed
def test_without_storing_the_input_travels_again(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    merged = whole(ask(client(server), stream=stream, store=False))
    assert merged.output_text == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "
    assert merged.continuation_ids == ()
    for body in bodies(server):
        assert body["input"] == PARTS
        assert "previous_interaction_id" not in body


def test_the_parts_are_one_stream(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    stream = ask(api, stream=True)
    events = list(stream)
    kinds = [event.event_type for event in events]
    assert kinds.count("interaction.created") == kinds.count("interaction.completed") == 1
    assert (kinds[0], kinds[-1]) == ("interaction.created", "interaction.completed")
    starts = [event.index for event in events if event.event_type == "step.start"]
    assert starts == [0, 1, 2]
    # Whoever assembles these events gets what the parts make.
    assembler = InteractionAssembler(bindings_of())
    for event in events:
        assembler.add(event)
    assert assembler.interaction.steps == stream.interaction.steps
    assert assembler.interaction.usage == stream.interaction.usage
    assert stream.interaction == stream.until_done()
    assert (stream.status, stream.interaction_id) == ("completed", stream.interaction.id)


def test_what_there_is_can_be_seen_at_any_time(
    server: InteractionsServer, client: ClientFactory
) -> None:
    stream = ask(client(server), stream=True)
    seen = [stream.interaction.output_text for _ in stream]
    assert seen == sorted(seen, key=len)
    assert "Part 1 of 3. Part 2 of 3. " in seen
    assert seen[-1] == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "


@pytest.mark.sync_only
def test_it_is_a_stream(server: InteractionsServer, client: ClientFactory) -> None:
    with ask(client(server), stream=True) as stream:
        assert isinstance(stream, Stream)
        assert next(stream).event_type == "interaction.created"
    with pytest.raises(StreamInterruptedError):
        next(stream)
    assert len(server.requests) == 1


@streamed
@pytest.mark.parametrize("follow", [None, False])
def test_only_where_it_is_wanted(
    server: InteractionsServer, client: ClientFactory, follow: Any, stream: bool
) -> None:
    arguments = {} if follow is None else {"follow_continuation": follow}
    create = client(server).interactions.create
    answer = whole(create(model=MODEL, input=PARTS, stream=stream, **arguments))
    assert answer.status == "requires_continuation"
    assert answer.continuation_token == "continue-2"
    assert len(server.requests) == 1


@streamed
def test_an_interaction_in_one_part_is_itself(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    api = client(server)
    answer = ask(api, "Hello.", stream=stream)
    if stream:
        assert list(answer) == list(api.interactions.get(answer.interaction_id, stream=True))
    assert type(whole(answer)) is bindings_of().types.Interaction


@streamed
def test_without_a_token_there_is_no_next_part(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    answer = whole(ask(client(server), "[scenario: status requires_continuation]", stream=stream))
    assert answer.status == "requires_continuation"
    assert len(server.requests) == 1


@streamed
def test_the_number_of_parts_is_bounded(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    with pytest.raises(ContinuationError, match="allows 2 parts") as caught:
        whole(ask(client(server), follow=2, stream=stream))
    merged = caught.value.interaction
    assert merged.output_text == "Part 1 of 3. Part 2 of 3. "
    assert len(server.requests) == 2
    api = client(server)
    rest = api.interactions.create(
        model=MODEL,
        continuation_token=merged.continuation_token,
        previous_interaction_id=merged.id,
    )
    assert rest.output_text == "Part 3 of 3. "


@streamed
def test_as_many_parts_as_allowed(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    assert whole(ask(client(server), follow=3, stream=stream)).status == "completed"


@streamed
def test_a_part_that_fails_raises_with_what_was_merged(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    server.faults.add("no-response", on="create", nth=3)
    with pytest.raises(ContinuationError) as caught:
        whole(ask(client(server), stream=stream))
    assert isinstance(caught.value.__cause__, ConnectionFailedError)
    assert caught.value.interaction.output_text == "Part 1 of 3. Part 2 of 3. "
    assert str(caught.value).startswith("part 3 of the interaction cannot be had: ")
    assert len(server.requests) == 3, "what may have arrived was not sent again"


@streamed
def test_the_first_part_fails_as_any_create(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    server.faults.add("no-response", on="create")
    with pytest.raises(ConnectionFailedError):
        whole(ask(client(server), stream=stream))


def test_every_part_resumes(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("cut", on="create", after=3, hits=0)
    stream = ask(client(server), stream=True)
    assert stream.until_done().output_text == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "
    assert len(bodies(server)) == 3


@streamed
def test_one_deadline_for_all_parts(
    server: InteractionsServer, client: ClientFactory, time: Any, stream: bool
) -> None:
    # Each answer asks for a pause: two of them fit into the time, the third does not.
    server.faults.add("error", on="create", nth=1, status=503, retry_after=20)
    server.faults.add("error", on="create", nth=3, status=503, retry_after=20)
    server.faults.add("error", on="create", nth=5, status=503, retry_after=20)
    with pytest.raises(ContinuationError) as caught:
        whole(ask(client(server), timeout=50, stream=stream))
    assert caught.value.interaction.output_text == "Part 1 of 3. Part 2 of 3. "
    assert time.pauses == [20, 20]


@pytest.mark.parametrize("follow", [0, -1, "yes", 2.0])
def test_what_cannot_be_followed(
    server: InteractionsServer, client: ClientFactory, follow: Any
) -> None:
    with pytest.raises(InvalidRequestError, match="follow_continuation is"):
        ask(client(server), follow=follow)
    with pytest.raises(InvalidRequestError, match="assemble"):
        ask(client(server), stream=True, assemble=False)
    raw = client(server).interactions.with_raw_response
    with pytest.raises(InvalidRequestError, match="none is raw"):
        raw.create(model=MODEL, input="x", follow_continuation=True)
    assert server.requests == []


# --- inside a run ------------------------------------------------------------------------------


@streamed
def test_a_run_follows_by_itself(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    run = client(server).interactions.run
    merged = whole(run(model=MODEL, input=PARTS, stream=stream))
    assert merged.output_text == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "
    plain = whole(run(model=MODEL, input=PARTS, stream=stream, follow_continuation=False))
    assert plain.status == "requires_continuation"


@streamed
def test_a_run_can_begin_at_a_later_part(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    def now() -> str:
        return "noon"

    api = client(server)
    first = api.interactions.create(model=MODEL, input="[scenario: continuation 2]")
    call = {"type": "function_call", "id": "c1", "name": "now", "arguments": {}}
    server.script([call], status="requires_action")
    done = api.interactions.run(
        model=MODEL,
        continuation_token=first.continuation_token,
        previous_interaction_id=first.id,
        tools=[now],
        stream=stream,
    )
    assert whole(done).output_text == "Part 1 of 2. Part 2 of 2. "
    # Each token is for one request; the last one is that of the answer to the results.
    tokens = [body.get("continuation_token") for body in bodies(server)]
    assert tokens == [None, "continue-2", None, "continue-2"]
    assert bodies(server)[2]["input"][0]["result"] == "noon"


def test_calls_of_all_parts_are_answered_together(
    server: InteractionsServer, client: ClientFactory
) -> None:
    calls = [
        {"type": "function_call", "id": f"c{n}", "name": "f", "arguments": {}} for n in range(2)
    ]
    called: list[int] = []

    def f() -> str:
        called.append(1)
        return "done"

    server.script_response(
        {
            "id": "v1_first",
            "status": "requires_continuation",
            "continuation_token": "t-2",
            "steps": calls[:1],
        }
    )
    server.script_response({"id": "v1_second", "status": "requires_action", "steps": calls[1:]})
    server.script_response({"id": "v1_third", "status": "completed", "steps": []})
    done = client(server).interactions.run(model=MODEL, input="x", tools=[f])
    assert done.id == "v1_third"
    assert len(called) == 2
    last = bodies(server)[-1]
    assert [step["call_id"] for step in last["input"]] == ["c0", "c1"]
    assert last["previous_interaction_id"] == "v1_second"


@streamed
def test_a_part_that_fails_stops_the_run_and_the_others_stay(
    server: InteractionsServer, client: ClientFactory, stream: bool
) -> None:
    server.faults.add("no-response", on="create", nth=2)
    run = client(server).interactions.run
    with pytest.raises(RunInterruptedError) as caught:
        whole(run(model=MODEL, input=PARTS, stream=stream))
    assert isinstance(caught.value.__cause__, ContinuationError)
    done = whole(run(model=MODEL, resume_from=caught.value.state, stream=stream))
    assert done.output_text == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "
    tokens = [body.get("continuation_token") for body in bodies(server)]
    assert tokens == [None, "continue-2", "continue-2", "continue-3"]


@streamed
@pytest.mark.parametrize("store", [True, False], ids=["stored", "replayed"])
@pytest.mark.parametrize("broken", [2, 3])
def test_parts_that_have_come_are_not_asked_for_again(
    server: InteractionsServer, client: ClientFactory, store: bool, stream: bool, broken: int
) -> None:
    def now() -> str:
        return "noon"

    call = {"type": "function_call", "id": "c1", "name": "now", "arguments": {}}
    server.script([call], status="requires_action")
    server.faults.add("no-response", on="create", nth=1 + broken)
    run = client(server).interactions.run
    given = {"model": MODEL, "tools": [now], "store": store, "stream": stream}
    with pytest.raises(RunInterruptedError) as caught:
        whole(run(input=PARTS, **given))
    assert isinstance(caught.value.__cause__, ContinuationError)
    state = RunState.from_json(caught.value.state.to_json())
    done = whole(run(resume_from=state, **given))
    assert done.output_text == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "
    tokens = [body.get("continuation_token") for body in bodies(server)]
    assert tokens.count(None) == 2, "one for the call, and one for the first part"
    assert len(done.continuation_ids) == (3 if store else 0)
    assert tokens.count("continue-2") == (2 if broken == 2 else 1)
    assert tokens.count("continue-3") == (2 if broken == 3 else 1)


def test_a_part_that_has_begun_is_not_begun_again(
    server: InteractionsServer, client: ClientFactory
) -> None:
    def now() -> str:
        return "noon"

    call = {"type": "function_call", "id": "c1", "name": "now", "arguments": {}}
    server.script([call], status="requires_action")
    server.faults.add("cut", on="create", nth=3, after=3)
    run = client(server).interactions.run
    given = {"model": MODEL, "tools": [now], "stream": True}
    with pytest.raises(RunInterruptedError) as caught:
        whole(run(input=PARTS, resume=False, **given))
    state = RunState.from_json(caught.value.state.to_json())
    assert state.started in server.store
    done = whole(run(resume_from=state, **given))
    assert done.output_text == "Part 1 of 3. Part 2 of 3. Part 3 of 3. "
    tokens = [body.get("continuation_token") for body in bodies(server)]
    assert tokens == [None, None, "continue-2", "continue-3"]


# --- adding up ---------------------------------------------------------------------------------

COUNTS = st.integers(0, 1000)
MODALITIES = st.lists(
    st.fixed_dictionaries({"modality": st.sampled_from("abc"), "tokens": COUNTS}),
    unique_by=lambda member: member["modality"],
    max_size=3,
)
USAGE = st.fixed_dictionaries({}, optional={"total_tokens": COUNTS, "by_modality": MODALITIES})


@given(USAGE, USAGE)
def test_counts_add_up(first: Json, second: Json) -> None:
    added = total(first, second)
    assert added.get("total_tokens", 0) == sum(
        usage.get("total_tokens", 0) for usage in (first, second)
    )
    for name in "abc":
        told = [
            member["tokens"]
            for usage in (first, second)
            for member in usage.get("by_modality", ())
            if member["modality"] == name
        ]
        found = [m["tokens"] for m in added.get("by_modality", ()) if m["modality"] == name]
        assert found == ([sum(told)] if told else [])


def test_what_is_no_count_is_what_was_said_last() -> None:
    assert total({"a": True, "b": "x", "c": None}, {"a": False, "b": "y", "c": 1}) == {
        "a": False,
        "b": "y",
        "c": 1,
    }
    assert total({"a": 1}, None) == {"a": 1}
