"""Processes of the harness and of what it measures: run in the repository's root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .peers import ROOT


@contextmanager
def piped(python: str | Path, *arguments: str) -> Generator[subprocess.Popen[str], None, None]:
    """A process that is spoken to over its standard input and output, and does not outlive this."""
    with subprocess.Popen(
        [str(python), *arguments],
        cwd=ROOT,
        env=environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def output_of(python: str | Path, *arguments: str) -> str:
    """Of a process that ends by itself, and well."""
    command = [str(python), *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environ(), stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def environ() -> dict[str, str]:
    """What processes that are measured inherit: nothing that changes what Python does by itself."""
    changing = ("PYTHON", "GEMINI_", "GOOGLE_", "OPENAI_", "VERTEX_", "COV_")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(changing)}
    return {**kept, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
