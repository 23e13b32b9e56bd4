"""Socket → typed events: a stream of small text deltas, one HTTP chunk each.

python -m benchmarks.text_deltas [--rounds N] [--json]
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from .contenders import streams
from .harness import taking
from .harness.command import main
from .harness.row import SERVER_BUSY, Contender, Row, Scene, at_least
from .harness.server import serving
from .harness.taking import CPU, EVENTS, EVENTS_A_RECV

COUNT = 20_000
TEXTS = ("texts",)


def scene() -> AbstractContextManager[Scene]:
    return serving(texts=["texts", COUNT])


ROW = Row(
    title="Socket → typed events, small text deltas",
    about=(
        f"One stream of {COUNT:,} small text deltas is read to its end by one thread. Every event "
        "is an HTTP chunk of its own. `ours` gives typed events and assembles the interaction "
        "as it always does; openai and httpx-sse give parsed JSON; the urllib3 lines split at "
        "line ends and parse, which is no decoder. The bare socket reads nothing of what it is "
        "sent: it shows what the server can give, and how many events one `recv` of 64 KB brings."
    ),
    measures=(EVENTS, CPU, EVENTS_A_RECV, SERVER_BUSY),
    contenders=(
        Contender("ours", "ours", streams.ours, TEXTS),
        Contender("ours, not assembling", "ours", streams.ours, ("texts", False)),
        Contender("openai, untyped", "openai", streams.openai, TEXTS),
        Contender("httpx-sse, untyped", "httpx", streams.httpx_sse, TEXTS),
        Contender("google-genai", "google-genai", streams.google_genai, TEXTS, every=9),
        Contender("google-genai types, adapter", "google-genai", streams.google_types, TEXTS),
        Contender("urllib3 read1 + json", "urllib3", streams.urllib3, ("texts", "read1")),
        Contender("urllib3 stream + json", "urllib3", streams.urllib3, ("texts", "stream")),
        Contender(
            "urllib3 stream + orjson", "urllib3", streams.urllib3, ("texts", "stream", "orjson")
        ),
        Contender(
            "bare socket", "urllib3", streams.bare_socket, TEXTS, take=taking.pieces_read(COUNT)
        ),
    ),
    goals=(
        at_least("ours", EVENTS.name, 150_000),
        at_least("ours", EVENTS.name, 1, of="openai, untyped"),
        at_least("ours", EVENTS.name, 1, of="httpx-sse, untyped"),
        at_least("ours", EVENTS.name, 220_000),
    ),
    tried=(
        "Tried: orjson instead of the standard library's parser, which the higher of the two goals "
        "had in mind. It makes floats of integers beyond 64 bits without a word; behind the "
        "cheapest guard against that it gains 5 % on these events and loses 27 % on images, so it "
        "is not used."
    ),
    take=taking.events_read,
    rounds=9,
    scene=scene,
)

if __name__ == "__main__":
    main(ROW, __file__)
