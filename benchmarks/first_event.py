"""Time from a call to the first event of its stream.

python -m benchmarks.first_event [--rounds N] [--json]
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from .contenders import streams
from .harness import taking
from .harness.command import main
from .harness.row import SERVER_BUSY, Contender, Row, Scene, at_most
from .harness.server import serving
from .harness.taking import MILLISECONDS

TIMES = 60
SHORT = ("short",)


def scene() -> AbstractContextManager[Scene]:
    return serving(short=["texts", 1])


ROW = Row(
    title="Time to the first event",
    about=(
        f"From the call to the first event, on a connection that is kept: the median of {TIMES} "
        "streams a round, of five events each, one after the other. The bare socket makes a new "
        "connection each time."
    ),
    measures=(MILLISECONDS, SERVER_BUSY),
    contenders=(
        Contender("ours", "ours", streams.ours, SHORT),
        Contender("google-genai", "google-genai", streams.google_genai, SHORT, every=5),
        Contender("openai, untyped", "openai", streams.openai, SHORT),
        Contender("httpx-sse, untyped", "httpx", streams.httpx_sse, SHORT),
        Contender("raw urllib3", "urllib3", streams.urllib3, ("short", "read1")),
        Contender("bare socket", "urllib3", streams.bare_socket, SHORT),
    ),
    goals=(at_most("ours", MILLISECONDS.name, 1.6, of="raw urllib3"),),
    take=taking.first_ms(TIMES),
    rounds=7,
    scene=scene,
)

if __name__ == "__main__":
    main(ROW, __file__)
