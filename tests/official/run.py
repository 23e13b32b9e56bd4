"""Runs Google's own SDKs, each in a process of its own, against the embedded server in this one.

    python tests/official/run.py DIRECTORY

The directory is where npm has installed @google/genai. Then `conform client` judges what they send.
In between, the bridge takes objects of google-genai, and gives back what google-genai reads.
The exit status is the number of SDKs that were not content, or not in order.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from gemini_interactions.testing import InteractionsServer, RecordedRequest

HERE = Path(__file__).parent
OWN = ("GEMINI_", "GOOGLE_", "VERTEX_")


def main(modules: Path) -> int:
    # A module is looked for beside the script that imports it.
    script = shutil.copy(HERE / "js_sdk.mjs", modules)
    commands = {
        "Python": [sys.executable, "-W", "error", str(HERE / "python_sdk.py")],
        "JavaScript": ["node", str(script)],
    }
    failed = sum(run(name, command) for name, command in commands.items())
    failed += run("The bridge", [sys.executable, "-W", "error", str(HERE / "bridge.py")])
    return failed + sum(judge(name, command) for name, command in commands.items())


def run(name: str, command: list[str]) -> bool:
    """Whether an SDK failed."""
    # google-genai 3 reads a streamed text without a type as something else: agents state it here.
    with InteractionsServer(typeless_agents=False) as server:
        print(f"--- {name}", flush=True)
        done = subprocess.run(command, env=environ(server.url), timeout=300, check=False)
        for line in sorted({shape(request) for request in server.requests}):
            print("sent:", line)
    print(f"--- {name}: {'failed' if done.returncode else 'content'}", flush=True)
    return done.returncode != 0


def judge(name: str, command: list[str]) -> bool:
    """Whether what an SDK sends breaks a clause of `conform client`."""
    print(f"--- {name}, judged", flush=True)
    conform = [sys.executable, "-m", "gemini_interactions", "conform", "client", "--"]
    return (
        subprocess.run([*conform, *command, "--conforming"], timeout=300, check=False).returncode
        != 0
    )


def environ(url: str) -> dict[str, str]:
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(OWN)}
    return {
        **inherited,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "GEMINI_API_KEY": "any",
        "GOOGLE_GEMINI_BASE_URL": url,
        "GOOGLE_VERTEX_BASE_URL": url,
    }


def shape(request: RecordedRequest) -> str:
    """What was sent, without what differs from one interaction to the next."""
    path = re.sub(r"interactions/[^/]+", "interactions/{id}", request.raw_path)
    told = ("user-agent", "api-revision", "x-goog-user-project")
    headers = [f"{name}: {request.headers[name]}" for name in told if name in request.headers]
    return f"{request.method} {path} ({', '.join(headers)})"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
