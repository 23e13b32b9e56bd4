"""`ask`: one turn with a model or an agent."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from .connect import connected
from .exits import RUNNING, Exit, Failure, interrupted
from .show import show_interaction, show_stream
from .terminal import Terminal

MODEL = "gemini-3-flash-preview"
TOOLS = {
    "google_search": "Google Search",
    "code_execution": "code execution",
    "url_context": "the pages it is given",
}


def ask(options: Namespace, terminal: Terminal) -> int:
    fields = create_fields(options)
    with connected(options, terminal) as client:
        create = client.interactions.create
        try:
            if options.no_stream:
                answer = create(**fields)
            else:
                answer = create(stream=True, on_unknown="yield", **fields)
        except KeyboardInterrupt as error:
            raise interrupted("nothing had come back; the request may have arrived") from error
        if not options.no_stream:
            return show_stream(answer, options, terminal)
        if answer.status in RUNNING and not options.json:
            terminal.line(answer.id or "")  # for `ID=$(gemini-interactions ask ...)`
        return show_interaction(answer, options, terminal)


def create_fields(options: Namespace) -> dict[str, Any]:
    """The arguments of `create`; what is not given is absent."""
    if options.agent and options.model:
        raise Failure(Exit.USAGE, "--agent and --model are both given: ask one of them")
    if options.agent and options.thoughts:
        raise Failure(Exit.USAGE, "--thoughts is for models: agents take no generation settings")
    tools = [{"type": tool} for tool in TOOLS if getattr(options, f"tool_{tool}")]
    return {
        "agent": options.agent,
        "model": None if options.agent else options.model or MODEL,
        "input": prompt_of(options.prompt),
        "previous_interaction_id": options.previous,
        "system_instruction": options.system,
        "tools": tools or None,
        "background": options.background or None,
        "generation_config": {"thinking_summaries": "auto"} if options.thoughts else None,
    }


def prompt_of(words: list[str]) -> str:
    prompt = stdin_text() if words == ["-"] else " ".join(words)
    if not prompt.strip():
        raise Failure(Exit.USAGE, "the prompt is empty")
    return prompt


def stdin_text() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        encoding = sys.stdin.encoding
        raise Failure(Exit.USAGE, f"the prompt on stdin is not {encoding} text") from error
