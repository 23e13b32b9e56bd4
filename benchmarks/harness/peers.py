"""Environments: ours and one for each peer, made with pip when first asked for.

They lie in the folder `BENCH_PEERS` names, or in `.tox/bench/peers`, and are made anew when what
they should hold, or the Python below them, has changed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]

REQUIREMENTS: dict[str, list[str]] = {
    "ours": ["--editable", f"{ROOT}[aio]"],
    "our tools": ["--editable", f"{ROOT}[codegen,server,conformance]"],
    "google-genai": ["google-genai==3.4.0", "aiohttp==3.14.5", "urllib3==2.8.0"],
    "openai": ["openai==3.57.0"],
    "httpx": ["httpx==0.28.1", "httpx-sse==0.4.3"],
    "urllib3": ["urllib3==2.8.0", "orjson==3.13.0"],
    "aiohttp": ["aiohttp==3.14.5"],
    "jsonschema": ["jsonschema==4.26.0"],
    "openapi-python-client": ["openapi-python-client==0.29.1"],
    "datamodel-code-generator": ["datamodel-code-generator[ruff]==0.89.0"],
    "checkers": ["mypy==2.4.1", "pyright[nodejs]==1.1.414"],
}


def python_of(peer: str) -> Path:
    """The Python of an environment, which is made if need be."""
    home = folder() / peer.replace(" ", "-")
    python = home / "bin" / "python"
    wanted, stamp = made_of(peer), home / "made-of.json"
    if not (stamp.exists() and stamp.read_text("utf-8") == wanted):
        print(f"making the environment of {peer}", file=sys.stderr, flush=True)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=False, symlinks=True)
        if REQUIREMENTS[peer]:
            pip(python, "install", *REQUIREMENTS[peer])
        stamp.write_text(wanted, "utf-8")
    return python


def made_of(peer: str) -> str:
    required = REQUIREMENTS[peer]
    ours = (ROOT / "pyproject.toml").read_text("utf-8") if "--editable" in required else ""
    return json.dumps([sys.version, required, ours])


def pip(python: Path, *arguments: str) -> None:
    """One pip serves all environments: to install one into each takes longer than its packages."""
    home = folder() / "pip"
    own = home / "bin" / "python"
    if not own.exists():
        venv.create(home, with_pip=True, symlinks=True)
    quiet = ["--disable-pip-version-check", "-qq"]
    command = [str(own), "-m", "pip", "--python", str(python), *quiet, *arguments]
    subprocess.run(command, check=True)


def folder() -> Path:
    return Path(os.environ.get("BENCH_PEERS") or ROOT / ".tox" / "bench" / "peers").resolve()
