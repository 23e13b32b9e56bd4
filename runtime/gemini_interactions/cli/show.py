"""Interactions and their events, shown to a person or as JSON."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable
from typing import Any, cast

from attrs import define, field

from .._bindings import LATEST, Bindings, bindings_of
from ..errors import APIError
from ..stream import Stream
from .exits import GOOD, RUNNING, Exit, Failure, code_for, interrupted
from .explain import command_line, is_local, resume_command
from .shield import shielded
from .terminal import Terminal


def revision_of(options: Namespace) -> Bindings:
    return bindings_of(options.api_revision or LATEST)


def one_line(value: Any) -> str:
    """JSON, ASCII only, so that nothing in it can end the line."""
    return json.dumps(value, separators=(",", ":"))


# --- a whole interaction -----------------------------------------------------------------------


def show_interaction(interaction: Any, options: Namespace, terminal: Terminal) -> Exit:
    """Print an interaction, and judge how it ended."""
    if options.json:
        terminal.line(one_line(revision_of(options).unstructure(interaction)))
    else:
        show_input(interaction, terminal)
        terminal.text(interaction.output_text)
        terminal.end_line()
    if interaction.status in RUNNING:
        terminal.message(f"{interaction.id} is {interaction.status}")
        if interaction.id and not is_local(options):
            terminal.message(f"  next:  {command_line(options, 'wait', interaction.id)}")
        return Exit.OK
    return judged(interaction.id, interaction.status, interaction, options, terminal)


def show_input(interaction: Any, terminal: Terminal) -> None:
    """What was asked, where the service was asked to say it."""
    asked = [step for step in listed(interaction, "steps") if step.type == "user_input"]
    for text in texts_in([getattr(interaction, "input", None), asked]):
        terminal.line("> " + text.replace("\n", "\n> "))


def texts_in(value: Any) -> Iterable[str]:
    """Every text in a piece of input, whatever form it has."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in cast("Iterable[Any]", value):
            yield from texts_in(item)
    elif value is not None:
        yield from texts_in(getattr(value, "text", None) or getattr(value, "content", None))


def judged(
    interaction_id: str | None,
    status: str | None,
    interaction: Any,
    options: Namespace,
    terminal: Terminal,
) -> Exit:
    """The exit code for an interaction that is over, with its reasons where it is a bad one."""
    name = interaction_id or "the interaction"
    if status in GOOD:
        hint = f"; go on with --previous {interaction_id}" if interaction_id else ""
        terminal.note(f"{name}: {status}{hint}")
        return Exit.OK
    reasons = [error.message for error in listed(interaction, "errors") if error.message]
    what = ": ".join([f"{name} ended as {status}", *reasons])
    more = command_line(options, "get", interaction_id) if interaction_id else ""
    more = "" if reasons or is_local(options) else more
    terminal.failure(Failure(Exit.NOT_COMPLETED, what, next=more))
    return code_for(status)


def listed(interaction: Any, name: str) -> list[Any]:
    return getattr(interaction, name, None) or []


# --- a stream ----------------------------------------------------------------------------------


def show_stream(
    stream: Stream[Any, Any], options: Namespace, terminal: Terminal, after: str | None = None
) -> Exit:
    """Print events as they come. `after` is the last event the user has seen."""
    printer = JsonPrinter(options, terminal) if options.json else TextPrinter(options, terminal)
    with stream, shielded() as shield:
        try:
            for event in stream:
                with shield:
                    printer.show(event)
                    after = getattr(event, "event_id", None) or after
        except KeyboardInterrupt as error:
            hint = resume_command(options, stream.interaction_id, after)
            raise interrupted(hint) from error
        except APIError as error:
            printer.show_error(error)
            raise
    terminal.end_line()
    return judged(stream.interaction_id, stream.status, stream.interaction, options, terminal)


@define
class JsonPrinter:
    """Events as the service sent them, one a line."""

    options: Namespace
    terminal: Terminal

    def show(self, event: Any) -> None:
        self.terminal.line(one_line(revision_of(self.options).unstructure(event)))

    def show_error(self, error: APIError) -> None:
        body = error.body
        if isinstance(body, dict) and "event_type" in body:
            self.terminal.line(one_line(body))


@define
class Call:
    """A tool call that is still being said."""

    name: str
    arguments: Any = None
    fragments: list[str] = field(factory=list[str])

    def __str__(self) -> str:
        said = "".join(self.fragments) or one_line(self.arguments or {})
        return f"{self.name}({said})"


@define
class TextPrinter:
    """The answer's text on stdout; thoughts, tools and media as notes."""

    options: Namespace
    terminal: Terminal
    calls: dict[int | None, Call] = field(factory=dict[int | None, Call])

    def show(self, event: Any) -> None:
        kind = event.event_type
        if kind in ("step.delta", "content.delta"):
            self.add(event.index, event.delta)
        elif kind == "step.start":
            self.begin(event.index, event.step)
        elif kind == "content.start":
            self.begin(event.index, event.content)
        elif kind in ("step.stop", "content.stop"):
            call = self.calls.pop(event.index, None)
            self.terminal.note(f"calls {call}" if call else "")
        elif kind == "interaction.status_update":
            self.terminal.note(event.status or "")
        elif kind == "unknown":
            self.terminal.note(f"unknown event {event.tag}")

    def show_error(self, error: APIError) -> None:
        """The message on stderr says it all."""

    def begin(self, index: int | None, part: Any) -> None:
        """A part begins, most often empty."""
        kind: str = getattr(part, "type", "")
        if kind.endswith("_call"):
            name = getattr(part, "name", None) or kind.removesuffix("_call")
            self.calls[index] = Call(name, self.plain(getattr(part, "arguments", None)))
        elif kind == "unknown":
            self.terminal.note(f"unknown part {part.tag}")
        elif kind in ("text", "model_output"):
            for text in texts_in(part):
                self.terminal.text(text)

    def add(self, index: int | None, delta: Any) -> None:
        kind: str = getattr(delta, "type", "")
        if kind == "text":
            self.terminal.text(delta.text or "")
        elif kind == "arguments_delta":
            self.calls.setdefault(index, Call("a function")).fragments.append(delta.arguments or "")
        elif kind.endswith("_call"):
            call = self.calls.setdefault(index, Call(kind.removesuffix("_call")))
            call.arguments = self.plain(getattr(delta, "arguments", None)) or call.arguments
        elif kind == "thought_summary":
            self.terminal.note("".join(texts_in(delta.content)))
        elif kind in ("image", "audio", "video", "document"):
            self.terminal.note(f"{kind} {delta.mime_type or ''}")
        elif kind == "unknown":
            self.terminal.note(f"unknown delta {delta.tag}")

    def plain(self, arguments: Any) -> Any:
        if arguments is None or isinstance(arguments, dict):
            return cast("Any", arguments)
        return revision_of(self.options).unstructure(arguments)
