"""Install a wheel into a fresh environment and use it from outside the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
import gemini_interactions_types as types
assert not any(name.startswith("gemini_interactions_types.v") for name in sys.modules)
for revision in types.REVISIONS:
    bindings = types.load(revision)
    event = bindings.structure(bindings.Event, {"event_type": "error", "error": {"code": "x"}})
    assert event.error.code == "x", event
    assert bindings.unstructure(event) == {"event_type": "error", "error": {"code": "x"}}
    assert bindings.make_converter().structure({"message": "m"}, bindings.Error).message == "m"
import gemini_interactions
print(gemini_interactions.__version__, gemini_interactions.__file__)
"""


def main() -> None:
    environment, wheels = Path(sys.argv[1]), Path(sys.argv[2])
    python = environment / "bin" / "python"
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    subprocess.run([python, "-W", "error", "-c", PROGRAM], check=True)


main()
