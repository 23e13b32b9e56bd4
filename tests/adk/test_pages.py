"""The example and the page do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gemini_interactions.testing import InteractionsServer

from .chats import previous

REPOSITORY = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(server: InteractionsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "any")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)


WARNINGS = (
    "error",
    "ignore:[EXPERIMENTAL] feature ",
    "ignore:SelectableGroups dict interface is deprecated",
)
"""As in pyproject.toml."""


def python(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(f"-W{each}" for each in WARNINGS), *arguments],
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.mark.usefixtures("environment")
def test_the_example(server: InteractionsServer) -> None:
    done = python(REPOSITORY / "examples" / "adk_agent.py")

    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.split("> ")[1:]
    for city, answer in (("Paris", first), ("Rome", second)):
        asked, called, said = answer.strip().splitlines()
        assert city in asked
        assert called == f"get_weather({{'city': '{city}'}})"
        assert f'"celsius":{22 if city == "Paris" else 28}' in said
        assert said.count("Here is the answer") == 1
    assert [request.json.get("stream", False) for request in server.requests] == [
        False,
        False,
        True,
        True,
    ]
    assert previous(server)[0] is None
    assert None not in previous(server)[1:]


@pytest.mark.usefixtures("environment")
def test_the_page(server: InteractionsServer, capsys: pytest.CaptureFixture[str]) -> None:
    page = REPOSITORY / "docs" / "adk.md"
    names: dict[str, Any] = {"__name__": "page"}

    for block in BLOCK.findall(page.read_text("utf-8")):
        exec(compile(block, str(page), "exec"), names)

    assert '"celsius":22' in capsys.readouterr().out
    assert previous(server)[0] is None
    assert len(server.requests) == 4
    assert names["app"].plugins


def test_without_google_adk_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['google.adk'] = None; import gemini_interactions.adk"

    done = python("-c", program)

    assert 'pip install "gemini-interactions[adk]"' in done.stderr


def test_nothing_of_adk_is_loaded_before_it_is_asked_for() -> None:
    program = "import sys, gemini_interactions; sys.exit('google' in sys.modules)"

    assert python("-c", program).returncode == 0
