"""Conversations, storage, background runs: what the server remembers between requests."""

from __future__ import annotations

from typing import Any

import pytest

Json = dict[str, Any]


def text_of(interaction: Json) -> str:
    return "".join(
        block["text"]
        for step in interaction["steps"]
        for block in step.get("content", ())
        if block["type"] == "text"
    )


def test_a_chain_remembers(api: Any) -> None:
    first = api.create("My name is Phil.")
    second = api.create("What is my name?", previous_interaction_id=first["id"])
    third = api.create("What did I say?", previous_interaction_id=second["id"])

    assert text_of(second) == "Your name is Phil."
    assert text_of(third) == 'You said: "What is my name?"'
    assert text_of(api.create("What is my name?")) == "You have not told me your name."


def test_a_stateless_history_counts_too(api: Any) -> None:
    turns = [
        {"type": "user_input", "content": [{"type": "text", "text": "My name is Ada."}]},
        {"type": "model_output", "content": [{"type": "text", "text": "Hello."}]},
        {"type": "user_input", "content": [{"type": "text", "text": "What is my name?"}]},
    ]
    assert text_of(api.create(turns, store=False)) == "Your name is Ada."


def test_legacy_turns(api: Any) -> None:
    turns = [
        {"role": "user", "content": "My name is Ada."},
        {"role": "model", "content": "Hello."},
        {"role": "user", "content": [{"type": "text", "text": "What is my name?"}]},
    ]
    answer = api.create(turns, headers={"Api-Revision": "2025-12-11"})
    assert answer["outputs"][-1]["text"] == "Your name is Ada."


def test_get_shows_the_input_on_request(api: Any) -> None:
    first = api.create("Hello.")
    second = api.create("Again.", previous_interaction_id=first["id"])

    assert api.get(second["id"]) == second
    full = api.get(second["id"], "?include_input=true")
    assert full["steps"][0] == {
        "type": "user_input",
        "content": [{"type": "text", "text": "Again."}],
    }
    assert full["steps"][1:] == second["steps"]
    assert full["previous_interaction_id"] == first["id"]


def test_unstored_interactions_leave_no_trace(api: Any) -> None:
    answer = api.create(store=False)
    events = api.stream(store=False)

    assert "id" not in answer
    assert events[0]["interaction"]["id"] == ""
    assert events[1]["interaction_id"] == ""
    assert len(api.server.store) == 0


def test_deleted_means_gone(api: Any) -> None:
    interaction = api.create()

    assert api.delete(interaction["id"]) == {}
    gone = api.call("GET", f"/v1beta/interactions/{interaction['id']}")
    assert (gone.status, gone.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(("answer", "status"), [("empty", 200), ("no_content", 204)])
def test_delete_can_answer_without_body(
    make_interactions_server: Any, api_for: Any, answer: str, status: int
) -> None:
    api = api_for(make_interactions_server(delete_answer=answer))
    interaction = api.create()

    reply = api.call("DELETE", f"/v1beta/interactions/{interaction['id']}")
    assert (reply.status, reply.data) == (status, b"")
    # The connection is still in step.
    assert api.call("GET", "/v1beta/interactions/x").status == 404


def test_a_background_run_advances_with_every_poll(
    make_interactions_server: Any, api_for: Any
) -> None:
    api = api_for(make_interactions_server(polls_until_done=3))
    run = api.create("Count to 3", background=True)

    seen = [run["status"]] + [api.get(run["id"])["status"] for _ in range(4)]
    assert seen == ["in_progress"] * 3 + ["completed"] * 2
    assert "steps" not in run
    assert text_of(api.get(run["id"])) == "1, 2, 3."


def test_a_stream_drives_a_background_run_to_its_end(api: Any) -> None:
    run = api.create(background=True)

    assert api.resume(run["id"])[-1]["interaction"]["status"] == "completed"
    assert api.get(run["id"])["status"] == "completed"


@pytest.mark.parametrize(
    "statuses",
    [
        ["queued", "in_progress", "completed"],
        ["in_progress", "failed"],
        ["in_progress", "budget_exceeded"],
        ["in_progress", "hibernating"],
        ["queued", "requires_action"],
        ["incomplete"],
    ],
)
def test_scripted_statuses(api: Any, statuses: list[str]) -> None:
    api.server.script_statuses(statuses)
    run = api.create(background=True)

    seen = [run["status"]] + [api.get(run["id"])["status"] for _ in statuses]
    assert seen == [*statuses, statuses[-1]]
    assert api.resume(run["id"])[-1]["interaction"]["status"] == statuses[-1]
    assert api.create(background=True)["status"] == "in_progress"


def test_a_zombie_never_ends(api: Any) -> None:
    api.server.script_statuses(["in_progress"])
    run = api.create(background=True)

    assert {api.get(run["id"])["status"] for _ in range(10)} == {"in_progress"}


def test_cancel_closes_a_silent_stream(api: Any) -> None:
    api.server.script_statuses(["queued", "in_progress"])
    run = api.create(background=True)
    path = f"/v1beta/interactions/{run['id']}?stream=true"
    stream = api.call("GET", path, preload_content=False)
    opening = stream.read1()

    assert api.cancel(run["id"])["status"] == "cancelled"
    rest = opening + b"".join(iter(stream.read1, b""))
    assert b'"status":"cancelled"' in rest
    assert rest.endswith(b"event: done\ndata: [DONE]\n\n")
    assert api.get(run["id"])["status"] == "cancelled"


def test_only_running_interactions_can_be_cancelled(api: Any) -> None:
    interaction = api.create()
    run = api.create(background=True)
    api.cancel(run["id"])

    for known in (interaction, run):
        refused = api.call("POST", f"/v1beta/interactions/{known['id']}/cancel")
        assert (refused.status, refused.json()["error"]["code"]) == (400, "invalid_request")


def test_a_client_that_hangs_up_does_not_stop_the_work(api: Any) -> None:
    for background in (True, False):
        events = api.connect(fault="stall after=3", background=background)
        head = events.recv(65536)
        events.close()
        identity = head.partition(b'"id":"')[2].partition(b'"')[0].decode()
        last = [api.get(identity) for _ in range(2)][-1]
        assert last["status"] == "completed"


def test_function_round(api: Any) -> None:
    tool = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
    first = api.create("Weather in Paris?", tools=[tool])
    call = first["steps"][-1]
    assert first["status"] == "requires_action"

    result = {"type": "function_result", "name": call["name"], "call_id": call["id"]}
    for value in ("Sunny", {"weather": "Sunny"}, [{"type": "text", "text": "Sunny"}]):
        second = api.create([{**result, "result": value}], previous_interaction_id=first["id"])
        assert second["status"] == "completed"
        assert "Sunny" in text_of(second)


def test_rounds_of_parallel_calls(api: Any) -> None:
    answer = api.create("[scenario: rounds 3x4]")
    rounds = 0
    while answer["status"] == "requires_action":
        rounds += 1
        calls = [step for step in answer["steps"] if step["type"] == "function_call"]
        assert len(calls) == 4
        results = [
            {"type": "function_result", "name": c["name"], "call_id": c["id"], "result": "ok"}
            for c in calls
        ]
        answer = api.create(results, previous_interaction_id=answer["id"])
    assert rounds == 3
    assert "3 rounds of 4" in text_of(answer)


def test_continuation_in_parts(api: Any) -> None:
    answer = api.create("[scenario: continuation 3]")
    texts = [text_of(answer)]
    while answer["status"] == "requires_continuation":
        answer = api.create(
            None,
            previous_interaction_id=answer["id"],
            continuation_token=answer["continuation_token"],
        )
        texts.append(text_of(answer))
    assert texts == ["Part 1 of 3. ", "Part 2 of 3. ", "Part 3 of 3. "]


def test_scripted_steps_and_events(api: Any) -> None:
    steps = [{"type": "model_output", "content": [{"type": "text", "text": "as told"}]}]
    api.server.script(steps, status="incomplete")
    answer = api.create()
    assert (answer["status"], answer["steps"]) == ("incomplete", steps)

    events = [
        {"interaction": {"id": "v1_recorded"}, "event_type": "interaction.created"},
        {"index": 0, "event_type": "step.glow", "event_id": "my-id"},
        {"index": 0, "event_type": "step.stop"},
    ]
    api.server.script(events)
    assert api.stream() == events
    assert api.resume("v1_recorded", "my-id") == events[2:]


def test_scripted_responses_repeat_on_request(api: Any) -> None:
    api.server.script_frames([b"data: 1\n\n", b"data: 2\n\n"], repeat=True)
    assert [api.stream_bytes() for _ in range(2)] == [b"data: 1\n\ndata: 2\n\n"] * 2

    api.server.clear()
    api.server.script_response({"odd": True}, status=418)
    reply = api.call("GET", "/v1beta/interactions/x")
    assert (reply.status, reply.json()) == (418, {"odd": True})
