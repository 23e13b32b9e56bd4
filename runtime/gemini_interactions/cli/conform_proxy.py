"""`conform proxy`: records and judges what passes between a client and a server."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from .conform import check_outputs, check_revision, told
from .conform_server import recording
from .serve import cannot_listen
from .terminal import Terminal
from .waiting import until_interrupted

if TYPE_CHECKING:
    from ..conformance.live.proxy import Passed


def conform_proxy(options: Namespace, terminal: Terminal) -> int:
    from ..conformance.live.proxy import Proxy

    check_revision(options.revision)
    check_outputs(options)

    def passed(exchange: Passed) -> None:
        terminal.message(passed_text(exchange))

    with recording(options.record) as recorder:
        proxy = Proxy(
            options.to,
            host=options.host,
            port=options.port,
            revision=options.revision,
            recorder=recorder,
            on_passed=passed,
        )
        try:
            proxy.start()
        except OSError as error:
            raise cannot_listen(options, error) from error
        try:
            terminal.message(f"passing {proxy.url} on (Ctrl-C ends it and judges)")
            until_interrupted()
        finally:
            proxy.stop()
    return told(proxy.report, options, terminal)


def passed_text(exchange: Passed) -> str:
    came = "no answer" if exchange.status is None else str(exchange.status)
    if exchange.events is not None:
        came += f", {exchange.events} events"
    known = f" ({exchange.known} known)" if exchange.known else ""
    word = f"{exchange.deviations} deviations" if exchange.deviations else "conforms"
    return f"{exchange.line}: {came}: {word}{known}"
