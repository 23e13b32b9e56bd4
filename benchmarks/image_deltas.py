"""Socket → typed events: streams of large image deltas, and whether time grows with size alone.

python -m benchmarks.image_deltas [--rounds N] [--json]
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from .contenders import streams
from .harness import taking
from .harness.command import main
from .harness.row import SERVER_BUSY, Contender, Row, Scene, at_least
from .harness.server import serving
from .harness.taking import MEGABYTES

IMAGE = 1 << 20
COUNT = 16
SIZE = COUNT * IMAGE * 4 // 3
SMALL, LARGE = ("small",), ("large",)


def scene() -> AbstractContextManager[Scene]:
    """The same bytes of images, in events of 1 MB and of 16 MB."""
    return serving(small=["images", COUNT, IMAGE], large=["images", 1, COUNT * IMAGE])


ROW = Row(
    title="Socket → typed events, image deltas",
    about=(
        f"One stream of {COUNT} deltas with an image of 1 MB each ({SIZE / 1e6:.0f} MB on the "
        "wire), read to its end by one thread, with what is kept of it to assemble the "
        "interaction. Then the same bytes of images in one delta: linear work takes about as long, "
        "though caches help it less; were it quadratic, it would be a sixteenth as fast."
    ),
    measures=(MEGABYTES, SERVER_BUSY),
    contenders=(
        Contender("ours", "ours", streams.ours, SMALL),
        Contender("openai, untyped", "openai", streams.openai, SMALL),
        Contender("httpx-sse, untyped", "httpx", streams.httpx_sse, SMALL),
        Contender("google-genai", "google-genai", streams.google_genai, SMALL, every=5),
        Contender("urllib3 read1 + json", "urllib3", streams.urllib3, ("small", "read1")),
        Contender("bare socket", "urllib3", streams.bare_socket, SMALL),
        Contender("ours, 16 MB in one event", "ours", streams.ours, LARGE),
        Contender("httpx-sse, 16 MB in one event", "httpx", streams.httpx_sse, LARGE),
    ),
    goals=(
        at_least("ours", MEGABYTES.name, 1, of="httpx-sse, untyped"),
        at_least("ours, 16 MB in one event", MEGABYTES.name, 0.5, of="ours"),
    ),
    take=taking.megabytes_read(SIZE),
    rounds=7,
    scene=scene,
)

if __name__ == "__main__":
    main(ROW, __file__)
