"""The types of one revision, in a fresh process: imported, and used for every event of a guide.

python -m benchmarks.first_use [--rounds N] [--json]
"""

from __future__ import annotations

from .contenders.guide import FILE, guide_events
from .harness import fresh, taking
from .harness.command import main
from .harness.row import Contender, Operation, Row, at_most

READ = f"""
import json
with open({str(FILE)!r}) as file:
    payloads = [vector["payload"] for vector in json.load(file)["vectors"]]
"""
OURS = """
from gemini_interactions_types import v2026_05_20 as api
for payload in payloads:
    api.unstructure(api.structure(api.Event, payload))
"""
IMPORT_ALONE = """
from gemini_interactions_types import v2026_05_20 as api
api.Event
"""
GOOGLE_GENAI = """
from google.genai.interactions import InteractionSSEEvent
from pydantic import TypeAdapter
adapter = TypeAdapter(InteractionSSEEvent)
for payload in payloads:
    try:
        adapter.dump_python(adapter.validate_python(payload), mode="json")
    except ValueError:
        pass
"""


def start(_: str, program: str) -> Operation:
    return lambda: fresh.run(READ + program)


ROW = Row(
    title="First use of one revision's types",
    about=(
        "A fresh process with bytecode compiled beforehand: the types of revision 2026-05-20 are "
        f"imported, and each of the {len(guide_events())} events of the streaming guide is read "
        "into them and written back. attrs, pydantic and the parser of JSON are part of it. "
        "google-genai refuses some of the events."
    ),
    measures=(fresh.TIME, fresh.MEMORY),
    contenders=(
        Contender("ours", "ours", start, (OURS,)),
        Contender("ours, import alone", "ours", start, (IMPORT_ALONE,)),
        Contender("google-genai types, adapter", "google-genai", start, (GOOGLE_GENAI,)),
    ),
    goals=(
        at_most("ours", fresh.TIME.name, 50),
        at_most("ours", fresh.MEMORY.name, 20),
    ),
    take=taking.as_they_are,
    rounds=9,
)

if __name__ == "__main__":
    main(ROW, __file__)
