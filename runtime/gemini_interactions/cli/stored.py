"""`get`, `wait`, `cancel`, `delete`: what can be done with an interaction by its id."""

from __future__ import annotations

from argparse import Namespace

from .._core.limits import Clock
from .._core.waiting import Polling
from .connect import connected
from .exits import Exit, interrupted
from .explain import command_line
from .progress import WaitProgress
from .show import one_line, revision_of, show_interaction, show_stream
from .terminal import Terminal


def get(options: Namespace, terminal: Terminal) -> int:
    include_input = options.include_input or None
    with connected(options, terminal) as client:
        if not (options.stream or options.after):
            interaction = client.interactions.get(options.id, include_input=include_input)
            return show_interaction(interaction, options, terminal)
        stream = client.interactions.get(
            options.id,
            stream=True,
            last_event_id=options.after,
            include_input=include_input,
            on_unknown="yield",
        )
        return show_stream(stream, options, terminal, options.after)


def wait(options: Namespace, terminal: Terminal) -> int:
    progress = WaitProgress(options.id, terminal)
    polling = Polling(first=options.interval, longest=max(20.0, options.interval))
    clock = Clock(sleep=progress.sleep)
    with connected(options, terminal, clock=clock) as client:
        try:
            interaction = client.interactions.wait(
                options.id, polling=polling, on_poll=progress.polled
            )
        except KeyboardInterrupt as error:
            raise interrupted(command_line(options, "wait", options.id)) from error
    return show_interaction(interaction, options, terminal)


def cancel(options: Namespace, terminal: Terminal) -> int:
    with connected(options, terminal) as client:
        interaction = client.interactions.cancel(options.id)
    if options.json:
        terminal.line(one_line(revision_of(options).unstructure(interaction)))
    else:
        terminal.line(f"{options.id}: {interaction.status}")
    return Exit.OK


def delete(options: Namespace, terminal: Terminal) -> int:
    with connected(options, terminal) as client:
        client.interactions.delete(options.id)
    terminal.line(f"{options.id}: deleted")
    return Exit.OK
