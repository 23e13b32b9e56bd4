"""The properties that pick the answer out of an interaction."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_interactions_types import v2025_12_11 as launch
from gemini_interactions_types import v2026_05_07 as legacy
from gemini_interactions_types import v2026_05_20 as api

IMAGE = {"type": "image", "data": "AA=="}
SEARCH = {"type": "google_search_call", "id": "a", "arguments": {"queries": []}}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def output(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "model_output", "content": list(content)}


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (None, ""),
        ([], ""),
        ([output()], ""),
        ([{"type": "model_output"}], ""),
        ([output(text("a"), IMAGE, text("b"))], "ab"),
        ([output(text("a")), {"type": "thought"}, output(text("b"))], "ab"),
        ([output(text("a")), SEARCH, output(text("b"))], "b"),
        ([output(text("a")), SEARCH], ""),
        ([output(text("a")), {"type": "dream"}, output(text("b"))], "b"),
        ([output({"text": "a"}, text("b"))], "ab"),
        ([output({"type": "hologram"}, text("b"))], "b"),
    ],
)
def test_text_of_steps(steps: Any, found: str) -> None:
    payload = {"status": "completed"} if steps is None else {"status": "completed", "steps": steps}
    interaction = api.structure(api.Interaction, payload)
    assert interaction.output_text == found
    assert api.unstructure(interaction) == payload


@pytest.mark.parametrize("module", [launch, legacy])
@pytest.mark.parametrize(
    ("outputs", "found"),
    [
        ([], ""),
        ([text("a"), text("b")], "ab"),
        ([text("a"), {"type": "thought"}, text("b")], "ab"),
        ([text("a"), SEARCH, text("b")], "b"),
        ([text("a"), IMAGE], "a"),
        ([text("a"), {"type": "hologram"}, text("b")], "b"),
    ],
)
def test_text_of_outputs(module: Any, outputs: Any, found: str) -> None:
    assert module.structure(module.Interaction, {"outputs": outputs}).output_text == found


@pytest.mark.parametrize("kind", ["image", "audio", "video"])
def test_the_last_block_of_a_kind(kind: str) -> None:
    first, last = {"type": kind, "uri": "1"}, {"type": kind, "uri": "2"}
    interaction: Any = api.structure(
        api.Interaction, {"steps": [output(first, last, text("a")), {"type": "thought"}]}
    )
    assert getattr(interaction, f"output_{kind}").uri == "2"
    for module in (launch, legacy):
        old: Any = module.structure(module.Interaction, {"outputs": [first, last, text("a")]})
        assert getattr(old, f"output_{kind}").uri == "2"
    interaction.steps.append(api.URLContextCallStep(id="a", arguments=None))
    assert getattr(interaction, f"output_{kind}") is None


def test_the_answer_is_no_field() -> None:
    interaction = api.Interaction(status="completed")
    with pytest.raises(AttributeError):
        interaction.output_text = "a"  # type: ignore[misc]
    assert "output_text" not in api.unstructure(interaction)
