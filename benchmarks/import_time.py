"""From nothing to a client that is ready, and to its first answer, in a fresh process.

python -m benchmarks.import_time [--rounds N] [--json]
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from .contenders.asking import PATH, WHOLE
from .harness import fresh, taking
from .harness.command import main
from .harness.import_budget import budget
from .harness.row import Contender, Measure, Operation, Row, Scene, at_most
from .harness.server import serving

ANSWERED = Measure("ms to the first answer", 1)
ARGUMENTS = f"model={WHOLE['model']!r}, input={WHOLE['input']!r}"

OURS = """
import gemini_interactions as genai
client = genai.Client(api_key="k", base_url={url!r})
client.interactions
"""
GOOGLE_GENAI = """
from google import genai
client = genai.Client(api_key="k", http_options={{"base_url": {url!r}}})
client.interactions
"""
OPENAI = """
import openai
client = openai.OpenAI(api_key="k", base_url={url!r})
client.responses
"""
URLLIB3 = """
import urllib3
client = urllib3.PoolManager()
"""
CREATE = f"client.interactions.create({ARGUMENTS})"
POST = f'client.post("/interactions", body={WHOLE}, cast_to=object)'
REQUEST = f'client.request("POST", {{url!r}} + {PATH!r}, json={WHOLE}).json()'


def start(server: str, ready: str, call: str) -> Operation:
    """Two processes a round: one ends with the client, the other goes on to the first answer."""
    program = ready.format(url=f"{server}/whole")
    whole = program + call.replace("{url!r}", repr(f"{server}/whole"))

    def measure() -> dict[str, float]:
        answered = fresh.run(whole)[fresh.TIME.name]
        return {**fresh.run(program), ANSWERED.name: answered}

    return measure


def scene() -> AbstractContextManager[Scene]:
    return serving(whole=["interaction"])


ROW = Row(
    title="Import and a client that is ready",
    about=(
        "A fresh process with bytecode compiled beforehand: the time and the resident memory of "
        "`import` and of making a client with a key, over those of Python itself; then, as "
        "libraries may put off what they import, the time up to the first answer of a create."
    ),
    measures=(fresh.TIME, fresh.MEMORY, ANSWERED),
    contenders=(
        Contender("ours", "ours", start, (OURS, CREATE)),
        Contender("google-genai", "google-genai", start, (GOOGLE_GENAI, CREATE)),
        Contender("openai", "openai", start, (OPENAI, POST)),
        Contender("urllib3 alone", "urllib3", start, (URLLIB3, REQUEST)),
    ),
    goals=(
        at_most("ours", fresh.TIME.name, 90),
        at_most("ours", fresh.MEMORY.name, 22),
        at_most("ours", fresh.TIME.name, 0.2, of="google-genai"),
    ),
    tried=(
        "The limit comes from a machine on which urllib3 alone took 36 ms. A third of ours is the "
        "standard library, an eighth attrs; the rest is spread over 60 modules, of which no single "
        "one takes 4 ms. The async client, tools, runs, bridges and urllib3 itself are loaded when "
        "they are used."
    ),
    take=taking.as_they_are,
    rounds=5,
    scene=scene,
    appendix=budget,
)

if __name__ == "__main__":
    main(ROW, __file__)
