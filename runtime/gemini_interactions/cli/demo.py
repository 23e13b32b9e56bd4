"""`demo`: what this package does, in a few seconds, without a key or a network.

Four scenes against the embedded server, each with a proof. A proof that fails ends the demo with
exit code 1.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define, field

from .. import __version__
from .._core.resume import Resume
from .._core.waiting import Polling
from ..client import Client
from ..hooks import Hooks, ResumeInfo
from .connect import embedded_server
from .exits import Exit, Failure
from .terminal import PROGRAM, Terminal

if TYPE_CHECKING:
    from ..stream import Stream
    from ..testing import InteractionsServer

REVISION = "2026-05-20"  # the one in whose words the scenes are told
MODEL = "gemini-3-flash-preview"
AGENT = "deep-research-pro-preview-12-2025"


def demo(options: Namespace, terminal: Terminal) -> int:
    started = time.monotonic()
    hooks = Losses(terminal)
    with (
        embedded_server(revision=REVISION, polls_until_done=3) as server,
        Client(
            api_revision=REVISION,
            base_url=server.url,
            api_key="demo",
            vertexai=False,
            resume=Resume(first_pause=0.02),
            polling=Polling(first=0.05, factor=1),
            hooks=hooks,
        ) as client,
    ):
        terminal.line(f"{PROGRAM} {__version__} with its own server at {server.url}")
        play = Play(client, server, terminal, hooks)
        scenes = {
            "Stream a turn": play.stream,
            "Call a Python function": play.call_a_function,
            "Lose the connection three times in one answer": play.lose_connections,
            "Wait for an agent in the background": play.wait_for_an_agent,
        }
        for number, (title, scene) in enumerate(scenes.items(), start=1):
            terminal.line(f"\n{number}. {title}")
            scene()
    seconds = time.monotonic() - started
    terminal.line(f"\nAll {len(scenes)} scenes went as they should ({seconds:.1f} s).")
    return Exit.OK


# --- a local function, and how the model is told of it -----------------------------------------


def temperature(city: str) -> dict[str, Any]:
    """What the model may ask for."""
    return {"city": city, "celsius": {"Paris": 21, "Tokyo": 27}.get(city)}


FUNCTIONS: dict[str, Callable[..., dict[str, Any]]] = {"temperature": temperature}
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}


# --- the scenes --------------------------------------------------------------------------------


@define
class Play:
    client: Client[Any]
    server: InteractionsServer
    terminal: Terminal
    losses: Losses

    def stream(self) -> None:
        stream = self.ask("Count from 1 to 25.")
        text = self.streamed(stream)
        prove(stream.status == "completed", "the turn is completed")
        prove(text == ", ".join(map(str, range(1, 26))) + ".", "the numbers are all there")
        self.proven(f"{len(text)} characters, {stream.status}")

    def call_a_function(self) -> None:
        declared = {
            "type": "function",
            "name": "temperature",
            "description": "How warm a city is.",
            "parameters": PARAMETERS,
        }
        stream = self.ask("How warm is it in Paris?", tools=[declared])
        turn = stream.until_done()
        calls = [step for step in turn.steps if step.type == "function_call"]
        prove(turn.status == "requires_action" and len(calls) == 1, "the model calls a function")
        call = calls[0]
        result = FUNCTIONS[call.name](**call.arguments)
        self.terminal.line(f"   {call.name}({shown(call.arguments)}) -> {result}")
        answer = self.client.interactions.create(
            model=MODEL,
            previous_interaction_id=turn.id,
            input=[
                {
                    "type": "function_result",
                    "name": call.name,
                    "call_id": call.id,
                    "result": result,
                }
            ],
            tools=[declared],
            stream=True,
        )
        text = self.streamed(answer)
        prove('"celsius":21' in text, "the answer uses what the function returned")
        self.proven(f"the answer uses what the function returned, {answer.status}")

    def lose_connections(self) -> None:
        prompt = "Write a story about a lighthouse."
        self.terminal.line("   (a socket closes, a connection is reset, an event is cut in half)")
        undisturbed = list(self.ask(prompt, quiet=True))
        before = len(self.server.requests)
        self.server.faults.add("cut", after=6, on="create")
        self.server.faults.add("reset", after=4, on="resume")
        self.server.faults.add("truncated", after=3, on="resume", nth=2)
        events = list(self.ask(prompt))
        self.server.faults.clear()
        requests = self.server.requests[before:]
        creates = sum(request.operation == "create" for request in requests)
        text = text_of(events)
        self.terminal.line(f"   {text[:72]}...")
        prove(self.losses.count == 3, "the connection was lost three times")
        prove(creates == 1, "the turn was sent, and paid for, once")
        prove(ids_of(events) == ids_of(undisturbed), "every event came, once, in order")
        prove(text == text_of(undisturbed), "the text is the undisturbed one")
        self.proven(
            f"{len(requests)} connections, {creates} create: {len(events)} events and"
            f" {len(text)} characters, none lost, none twice"
        )

    def wait_for_an_agent(self) -> None:
        started = time.monotonic()
        prompt = "The history of lighthouses"
        self.terminal.line(f"   > {prompt}")
        task = self.client.interactions.create(agent=AGENT, input=prompt, background=True)
        prove(task.id is not None and task.status == "in_progress", "the agent is at work")

        def polled(state: Any) -> None:
            self.terminal.line(f"   {state.status} ({time.monotonic() - started:.2f} s)")

        report = self.client.interactions.wait(task.id, on_poll=polled)
        prove(report.status == "completed", "the agent finishes")
        prove(prompt in report.output_text, "the report is about what was asked")
        self.proven(f"{report.output_text.splitlines()[0]!r}, {len(report.output_text)} characters")

    # --- how a scene is told -------------------------------------------------------------------

    def ask(
        self,
        prompt: str,
        *,
        tools: list[dict[str, Any]] | None = None,
        quiet: bool = False,
    ) -> Stream[Any, Any]:
        if not quiet:
            self.terminal.line(f"   > {prompt}")
        stream: Stream[Any, Any] = self.client.interactions.create(
            model=MODEL, input=prompt, tools=tools, stream=True
        )
        return stream

    def streamed(self, stream: Stream[Any, Any]) -> str:
        """The text of a stream, shown as it comes."""
        text = ""
        self.terminal.text("   ")
        for event in stream:
            if event.event_type == "step.delta" and event.delta.type == "text":
                text += event.delta.text
                self.terminal.text(event.delta.text)
        self.terminal.end_line()
        return text

    def proven(self, text: str) -> None:
        self.terminal.line(f"   ok: {text}")


@define
class Losses(Hooks):
    """Counts and tells of lost connections."""

    terminal: Terminal
    count: int = field(default=0, init=False)

    def on_resume(self, info: ResumeInfo) -> None:
        self.count += 1
        self.terminal.line(f"   connection {self.count} lost after {info.last_event_id}")


def text_of(events: list[Any]) -> str:
    return "".join(
        event.delta.text
        for event in events
        if event.event_type == "step.delta" and event.delta.type == "text"
    )


def ids_of(events: list[Any]) -> list[str | None]:
    return [None if event.event_type == "unknown" else event.event_id for event in events]


def shown(values: dict[str, Any] | None) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in (values or {}).items())


def prove(holds: bool, claim: str) -> None:
    if not holds:
        raise Failure(Exit.NOT_COMPLETED, f"the demo failed: it should be that {claim}")
