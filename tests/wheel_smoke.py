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
assert "urllib3" not in sys.modules and "aiohttp" not in sys.modules
client = gemini_interactions.Client(api_key="k")
try:
    client.interactions.create(input="neither model nor agent")
except gemini_interactions.InvalidRequestError:
    pass
from importlib.metadata import entry_points
plugins = {entry.value for entry in entry_points(group="pytest11")}
assert plugins >= {
    "gemini_interactions.testing.pytest_plugin", "gemini_interactions.conformance.pytest_plugin"
}, plugins
print(gemini_interactions.__version__, gemini_interactions.__file__)
"""


def main() -> None:
    environment, wheels = Path(sys.argv[1]), Path(sys.argv[2])
    python = environment / "bin" / "python"
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    subprocess.run([python, "-W", "error", "-c", PROGRAM], check=True)
    without_extra = {
        "interactions-codegen": ["check"],
        "gemini-interactions": ["ask", "--local", "Hello"],
    }
    for command, arguments in without_extra.items():
        done = subprocess.run(
            [environment / "bin" / command, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2, done
        assert "pip install" in done.stderr, done
        assert "Traceback" not in done.stderr, done
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"{wheel}[codegen]"], check=True)
    copy = environment / "copy"
    vendor: list[str | Path] = [environment / "bin" / "interactions-codegen", "vendor", copy]
    subprocess.run([*vendor, "--package", "copy"], check=True)
    subprocess.run([*vendor, "--check"], check=True)
    assert (copy / "LICENSE").read_text().lstrip().startswith("Apache License")
    version = subprocess.run([environment / "bin" / "gemini-interactions", "--version"], check=True)
    assert version.returncode == 0


main()
