"""What of ADK's requests reaches the service."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from google.adk.agents import LlmAgent
from google.adk.agents.run_config import StreamingMode
from google.adk.models import ServiceTier
from google.adk.models.llm_request import LlmRequest
from google.adk.tools.computer_use.computer_use_tool import ComputerUseTool
from google.genai import types
from pydantic import BaseModel

from gemini_interactions import AsyncClient
from gemini_interactions.adk import InteractionsLlm
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.testing.pytest_plugin import ServerFactory

from .chats import Chat

PLACE = types.Schema(
    type=types.Type.OBJECT,
    properties={
        "city": types.Schema(
            any_of=[types.Schema(type=types.Type.STRING), types.Schema(type=types.Type.INTEGER)]
        ),
        "days": types.Schema(type=types.Type.INTEGER, nullable=True),
    },
    required=["city"],
)


def sent(llm: InteractionsLlm, server: InteractionsServer, **config: Any) -> dict[str, Any]:
    """The body that a configuration makes."""
    request = LlmRequest(
        contents=[types.UserContent("Hello.")], config=types.GenerateContentConfig(**config)
    )
    return body_of(llm, server, request)


def said(
    llm: InteractionsLlm, server: InteractionsServer, *contents: types.Content
) -> list[dict[str, Any]]:
    """The steps that contents make."""
    steps: list[dict[str, Any]] = body_of(llm, server, LlmRequest(contents=[*contents]))["input"]
    return steps


def body_of(
    llm: InteractionsLlm, server: InteractionsServer, request: LlmRequest
) -> dict[str, Any]:
    server.script([{"type": "model_output", "content": [{"type": "text", "text": "Yes."}]}])

    async def ask() -> None:
        async for _ in llm.generate_content_async(request):
            pass

    asyncio.run(ask())
    body: dict[str, Any] = server.requests[-1].json
    return body


# --- tools ----------------------------------------------------------------------------------------


def test_schemas_of_functions_are_json_schema(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    function = types.FunctionDeclaration(name="look", description="Look.", parameters=PLACE)

    (tool,) = sent(llm, server, tools=[types.Tool(function_declarations=[function])])["tools"]

    assert (tool["type"], tool["name"], tool["description"]) == ("function", "look", "Look.")
    parameters = tool["parameters"]
    assert parameters["type"] == "object"
    assert parameters["required"] == ["city"]
    assert parameters["properties"]["city"] == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert "null" in str(parameters["properties"]["days"])


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (types.Tool(google_search=types.GoogleSearch()), {"type": "google_search"}),
        (types.Tool(google_maps=types.GoogleMaps()), {"type": "google_maps"}),
        (types.Tool(code_execution=types.ToolCodeExecution()), {"type": "code_execution"}),
        (types.Tool(url_context=types.UrlContext()), {"type": "url_context"}),
        (
            types.Tool(
                computer_use=types.ComputerUse(
                    environment=types.Environment.ENVIRONMENT_BROWSER,
                    excluded_predefined_functions=["drag_and_drop"],
                )
            ),
            {
                "type": "computer_use",
                "environment": "browser",
                "excluded_predefined_functions": ["drag_and_drop"],
            },
        ),
    ],
)
def test_the_services_own_tools(
    llm: InteractionsLlm,
    server: InteractionsServer,
    tool: types.Tool,
    expected: dict[str, Any],
) -> None:
    assert sent(llm, server, tools=[tool])["tools"] == [expected]


def test_what_a_tool_cannot_be_told_is_said_once(
    llm: InteractionsLlm, server: InteractionsServer, caplog: pytest.LogCaptureFixture
) -> None:
    search = types.Tool(google_search=types.GoogleSearch(exclude_domains=["example.com"]))

    with caplog.at_level(logging.WARNING, "gemini_interactions"):
        for _ in range(2):
            sent(llm, server, tools=[search])

    ours = [record for record in caplog.records if record.name == "gemini_interactions"]
    assert [record.levelname for record in ours] == ["WARNING"]
    assert "/config/tools/google_search/exclude_domains" in ours[0].getMessage()


def test_a_computer_waits_as_the_model_says_it(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    waited: list[int] = []

    async def wait(seconds: int, tool_context: Any = None) -> str:
        waited.append(seconds)
        return "waited"

    tool = ComputerUseTool(func=wait, screen_size=(10, 10))
    computer = types.Tool(computer_use=types.ComputerUse())
    request = LlmRequest(
        contents=[types.UserContent("Wait.")],
        config=types.GenerateContentConfig(tools=[computer]),
        tools_dict={"wait": tool},
    )

    body_of(llm, server, request)

    assert request.tools_dict["wait"] is tool
    adapted = request.tools_dict["wait_5_seconds"]
    assert isinstance(adapted, ComputerUseTool)
    assert asyncio.run(adapted.func()) == "waited"
    assert waited == [5]


# --- configuration --------------------------------------------------------------------------------


def test_what_a_configuration_says_arrives(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    body = sent(
        llm,
        server,
        temperature=0.5,
        top_p=0.9,
        top_k=20,
        seed=7,
        max_output_tokens=100,
        stop_sequences=["END"],
        thinking_config=types.ThinkingConfig(
            include_thoughts=True, thinking_level=types.ThinkingLevel.LOW
        ),
        tools=[types.Tool(function_declarations=[types.FunctionDeclaration(name="look")])],
        tool_config=types.ToolConfig(
            function_calling_config=types.FunctionCallingConfig(
                mode=types.FunctionCallingConfigMode.ANY
            )
        ),
    )

    assert body["generation_config"] == {
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 20,
        "seed": 7,
        "max_output_tokens": 100,
        "stop_sequences": ["END"],
        "thinking_summaries": "auto",
        "thinking_level": "low",
        "tool_choice": "any",
    }


def test_penalties_are_dropped_aloud(
    llm: InteractionsLlm, server: InteractionsServer, caplog: pytest.LogCaptureFixture
) -> None:
    sent(llm, server, presence_penalty=0.5)

    assert "presence" in caplog.text


class Weather(BaseModel):
    city: str
    celsius: int


@pytest.mark.parametrize(
    ("schema", "kind"), [(Weather, "object"), (list[Weather], "array"), (PLACE, "object")]
)
def test_an_output_schema_becomes_a_format(
    llm: InteractionsLlm, server: InteractionsServer, schema: Any, kind: str
) -> None:
    body = sent(llm, server, response_schema=schema, response_mime_type="application/json")

    form = body["response_format"]
    (form,) = form if isinstance(form, list) else [form]
    assert form["schema"]["type"] == kind
    assert form["mime_type"] == "application/json"


def test_an_agent_with_an_output_schema_answers_in_it(
    llm: InteractionsLlm, server: InteractionsServer, mode: StreamingMode
) -> None:
    agent = LlmAgent(name="helper", model=llm, output_schema=Weather, output_key="weather")
    talk = Chat(agent, mode)

    last = talk.say("The weather in Paris?")[-1]

    assert set(last.actions.state_delta["weather"]) == {"city", "celsius"}


@pytest.mark.parametrize(
    "instruction",
    [
        "Be brief.\nBe kind.",
        types.Content(parts=[types.Part(text="Be brief."), types.Part(text="Be kind.")]),
        ["Be brief.", "Be kind."],
    ],
)
def test_instructions_of_any_form(
    llm: InteractionsLlm, server: InteractionsServer, instruction: Any
) -> None:
    body = sent(llm, server, system_instruction=instruction)

    assert body["system_instruction"] == "Be brief.\nBe kind."


def test_options_of_the_call(llm: InteractionsLlm, server: InteractionsServer) -> None:
    options = types.HttpOptions(headers={"x-team": "blue"}, extra_body={"beta": True}, timeout=9000)

    body = sent(llm, server, http_options=options)

    assert body["beta"] is True
    assert server.requests[-1].headers["x-team"] == "blue"


@pytest.mark.parametrize(("tier", "background"), [("flex", None), (ServiceTier.DEFERRED, True)])
def test_the_tier_of_a_request(
    llm: InteractionsLlm, server: InteractionsServer, tier: str, background: bool | None
) -> None:
    request = LlmRequest(contents=[types.UserContent("Hello.")], service_tier=tier)

    body_of(llm, server, request)

    body = server.requests[0].json
    assert body["service_tier"] == tier
    assert body.get("background") is background


def test_labels_are_for_google_cloud(server: InteractionsServer, llm: InteractionsLlm) -> None:
    vertex = InteractionsLlm(
        model="m", api_key="k", vertexai=True, project="p", location="global", base_url=server.url
    )
    labels = {"adk_agent_name": "helper", "team": "blue"}

    assert sent(llm, server, labels=labels)["labels"] == {"team": "blue"}
    assert sent(vertex, server, labels=labels)["labels"] == labels


def test_the_model_of_the_request_wins(llm: InteractionsLlm, server: InteractionsServer) -> None:
    request = LlmRequest(model="another-model", contents=[types.UserContent("Hello.")])

    assert body_of(llm, server, request)["model"] == "another-model"
    assert sent(llm, server)["model"] == llm.model


# --- contents -------------------------------------------------------------------------------------


def test_signatures_stay_with_what_they_sign(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    call = types.FunctionCall(id="c", name="look", args={})
    answer = types.FunctionResponse(id="c", name="look", response={"seen": None})
    steps = said(
        llm,
        server,
        types.UserContent("Look."),
        types.ModelContent([types.Part(function_call=call, thought_signature=b"\xfb\xff")]),
        types.UserContent([types.Part(function_response=answer)]),
    )

    text = str(steps)
    assert "+/8=" in text
    assert [step["type"] for step in steps if step["type"] != "thought"] == [
        "user_input",
        "function_call",
        "function_result",
    ]
    assert "'None'" not in text


@pytest.mark.parametrize(
    ("mime_type", "kind"),
    [
        ("image/png", "image"),
        ("audio/wav", "audio"),
        ("video/mp4", "video"),
        ("application/pdf", "document"),
        ("text/csv", "document"),
    ],
)
def test_media_by_its_kind(
    llm: InteractionsLlm, server: InteractionsServer, mime_type: str, kind: str
) -> None:
    data = types.Part.from_bytes(data=b"abc", mime_type=mime_type)
    file = types.Part.from_uri(file_uri="https://a.example/file", mime_type=mime_type)

    (step,) = said(llm, server, types.UserContent([data, file]))

    assert step["content"] == [
        {"type": kind, "data": "YWJj", "mime_type": mime_type},
        {"type": kind, "uri": "https://a.example/file", "mime_type": mime_type},
    ]


def test_results_say_what_failed_and_which_call_they_answer(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    code = types.ExecutableCode(code="1 / 0", language=types.Language.PYTHON)
    outcome = types.CodeExecutionResult(outcome=types.Outcome.OUTCOME_FAILED, output="no")
    answer = types.FunctionResponse(id="c", name="look", response={"error": "dark"})

    steps = said(
        llm,
        server,
        types.UserContent("Look."),
        types.ModelContent(
            [
                types.Part(executable_code=code),
                types.Part(code_execution_result=outcome),
                types.Part(function_call=types.FunctionCall(id="c", name="look", args={})),
            ]
        ),
        types.UserContent([types.Part(function_response=answer)]),
    )

    ran, failed, call, result = steps[1:]
    assert ran["id"]
    assert (failed["call_id"], failed["is_error"], failed["result"]) == (ran["id"], True, "no")
    assert (result["call_id"], result["is_error"]) == (call["id"], True)
    assert result["result"] == {"error": "dark"}


def test_thoughts_are_no_output(llm: InteractionsLlm, server: InteractionsServer) -> None:
    steps = said(
        llm,
        server,
        types.UserContent("Think."),
        types.ModelContent(
            [
                types.Part(text="Hm.", thought=True, thought_signature=b"s"),
                types.Part(text="Done."),
            ]
        ),
        types.UserContent("Go on."),
    )

    assert [step["type"] for step in steps] == [
        "user_input",
        "thought",
        "model_output",
        "user_input",
    ]
    assert "Hm." not in str(steps[2])


def test_a_request_without_contents_has_some(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    assert said(llm, server)[0]["type"] == "user_input"


# --- the client -----------------------------------------------------------------------------------


def by_pickle(llm: InteractionsLlm) -> InteractionsLlm:
    again: InteractionsLlm = pickle.loads(pickle.dumps(llm))
    return again


def test_a_client_of_the_callers_is_used_and_not_closed(server: InteractionsServer) -> None:
    async def main() -> None:
        async with AsyncClient(api_key="own-key", base_url=server.url) as client:
            llm = InteractionsLlm(model="m", client=client)
            request = LlmRequest(contents=[types.UserContent("Hello.")])
            for _ in range(2):
                async for response in llm.generate_content_async(request):
                    assert response.error_code is None
                session = await client._transport.session()
                await llm.close()
                assert not session.closed

    asyncio.run(main())
    assert {request.headers["x-goog-api-key"] for request in server.requests} == {"own-key"}


def test_a_client_of_its_own_is_closed_and_stays_usable(
    llm: InteractionsLlm, server: InteractionsServer
) -> None:
    async def main() -> None:
        for _ in range(2):
            request = LlmRequest(contents=[types.UserContent("Hello.")])
            async for response in llm.generate_content_async(request):
                assert response.error_code is None
            session = await llm.client._transport.session()
            await llm.close()
            assert session.closed

    asyncio.run(main())


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, by_pickle])
def test_a_copy_works_as_the_model_does(
    server: InteractionsServer, copied: Callable[[InteractionsLlm], InteractionsLlm]
) -> None:
    """Also one of a model that has been used; its connections stay its own."""
    llm = InteractionsLlm(model="m", api_key="k", base_url=server.url, store=True)
    said(llm, server, types.UserContent("Hello."))

    twin = copied(llm)

    assert body_of(twin, server, LlmRequest(contents=[types.UserContent("Bye.")]))["store"]
    assert (twin.client is llm.client) == (copied is copy.copy)


@pytest.mark.parametrize("revision", ["2025-12-11", "2026-05-07", "2026-05-20"])
def test_every_revision(
    make_interactions_server: ServerFactory, revision: str, mode: StreamingMode
) -> None:
    server = make_interactions_server(revision=revision)
    llm = InteractionsLlm(
        model="m", api_key="k", base_url=server.url, api_revision=revision, store=True
    )

    def look(where: str) -> str:
        """Look somewhere."""
        return f"nothing at {where}"

    talk = Chat(LlmAgent(name="helper", model=llm, tools=[look]), mode)

    events = [event for event in talk.say("Look in Paris.") if not event.partial]

    assert [bool(event.get_function_calls()) for event in events] == [True, False, False]
    assert "nothing at Paris" in str(events[-1].content)
    assert {request.json["store"] for request in server.requests} == {True}


def test_its_name_decides_nothing_about_it(
    llm: InteractionsLlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")

    assert not llm.capabilities.output_schema_and_tools


def test_its_repr_shows_no_secrets() -> None:
    assert "secret" not in repr(InteractionsLlm(model="m", api_key="secret"))
