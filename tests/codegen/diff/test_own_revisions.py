"""What changed between our own revisions: all of it, with what it means for whom.

`expected/` has a line for every change. After a change that is meant to change them, run

    pytest tests/codegen --update-golden

and hold the difference against what is known of the API, which the lists below were taken from.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from interactions_codegen.diff.changes import Diff
from interactions_codegen.diff.compare import compare
from interactions_codegen.model import EnumType, ObjectType, Revision, UnionType

from ..lab import REVISIONS
from .lines import lines, revision

EXPECTED = Path(__file__).parent / "expected"
STEPS = list(pairwise(REVISIONS))
TOOLS = (
    *("code_execution", "file_search", "function", "google_maps", "google_search"),
    *("mcp_server_tool", "url_context"),
)


@pytest.fixture(scope="module")
def models() -> dict[str, Revision]:
    return {label: revision(label) for label in REVISIONS}


@pytest.fixture
def launch_to_last_legacy(models: dict[str, Revision]) -> Diff:
    return compare(models["2025-12-11"], models["2026-05-07"])


@pytest.fixture
def legacy_to_steps(models: dict[str, Revision]) -> Diff:
    return compare(models["2026-05-07"], models["2026-05-20"])


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_every_change(
    old: str, new: str, models: dict[str, Revision], pytestconfig: pytest.Config
) -> None:
    found = "\n".join(lines(compare(models[old], models[new]))) + "\n"
    path = EXPECTED / f"{new}.txt"
    if pytestconfig.getoption("--update-golden", default=False):
        path.write_text(found, "utf-8")
    assert found.splitlines() == path.read_text("utf-8").splitlines()


def renames(diff: Diff) -> set[tuple[str, str]]:
    """On the wire: tags and keys."""
    found: set[tuple[str, str]] = set()
    for change in diff.changes:
        if change.kind in ("variant-moved", "variant-renamed"):
            found.add((change.before, change.after))
        if change.kind == "field-renamed":
            found.add((f"{change.old}.{change.old_field}", f"{change.new}.{change.new_field}"))
    return found


def test_renames_of_the_steps(legacy_to_steps: Diff) -> None:
    tools = [f"{tool}_{end}" for tool in TOOLS for end in ("call", "result")]
    assert renames(legacy_to_steps) == {
        *((f"Content: {tag}", f"Step: {tag}") for tag in ("thought", *tools)),
        ("Event: interaction.start", "Event: interaction.created"),
        ("Event: interaction.complete", "Event: interaction.completed"),
        ("Event: content.start", "Event: step.start"),
        ("Event: content.delta", "Event: step.delta"),
        ("Event: content.stop", "Event: step.stop"),
        ("Delta: text_annotation", "Delta: text_annotation_delta"),
        ("Interaction.outputs", "Interaction.steps"),
        ("ContentStart.content", "StepStart.step"),
        (
            "ComputerUse.excludedPredefinedFunctions",
            "ComputerUse.excluded_predefined_functions",
        ),
    }


def test_renames_before_the_steps(launch_to_last_legacy: Diff) -> None:
    assert renames(launch_to_last_legacy) == {
        ("Usage.total_reasoning_tokens", "Usage.total_thought_tokens")
    }


def broken(diff: Diff, audience: str) -> set[str]:
    """What breaks an audience, but for what was renamed."""
    return {
        f"{change.old or change.new}.{field}" if field else change.old or change.new
        for change in diff.changes
        if getattr(change.impact, audience) == "breaking"
        and change.kind not in ("variant-moved", "variant-renamed", "field-renamed")
        for field in [change.old_field or change.new_field]
    }


SIGNED = ("FunctionCall", "FunctionResult", "MCPServerToolCall", "MCPServerToolResult")


def test_what_breaks_readers(launch_to_last_legacy: Diff, legacy_to_steps: Diff) -> None:
    assert broken(launch_to_last_legacy, "readers") == {
        "Annotation",
        "FileSearchResult",
        "FunctionResultItems",
        *(f"GoogleSearchResult.{field}" for field in ("rendered_content", "title", "url")),
        "Interaction.object",
        "TextDelta.annotations",
    }
    calls = ("CodeExecution", "FileSearch", "GoogleMaps", "GoogleSearch", "URLContext")
    assert broken(legacy_to_steps, "readers") == {
        "Turn",
        "FunctionCallDelta",
        "FileSearchResultContent.result",
        "InteractionCompleteEvent.interaction",
        "InteractionStartEvent.interaction",
        *(f"Interaction.{field}" for field in ("id", "created", "updated", "role")),
        *(f"{name}Content.signature" for name in SIGNED),
        *(f"{name}Delta.signature" for name in SIGNED[1:]),
        *(f"{name}CallDelta.id" for name in (*calls, "MCPServerTool")),
        *(f"{name}ResultDelta.call_id" for name in (*calls, "MCPServerTool", "Function")),
    }


def test_what_breaks_senders(launch_to_last_legacy: Diff, legacy_to_steps: Diff) -> None:
    required = {
        "TextContent": ["text"],
        "CodeExecutionCallContent": ["id", "arguments"],
        "URLContextCallContent": ["id", "arguments"],
        "GoogleSearchCallContent": ["id", "arguments"],
        "CodeExecutionResultContent": ["call_id", "result"],
        "URLContextResultContent": ["call_id", "result"],
        "GoogleSearchResultContent": ["call_id", "result"],
        "FileSearchResultContent": ["call_id"],
    }
    assert broken(launch_to_last_legacy, "senders") == {
        "Annotation",
        "FileSearchResult",
        "FunctionResultItems",
        *(f"GoogleSearchResult.{field}" for field in ("rendered_content", "title", "url")),
        "DocumentContent.mime_type",
        *("ImageMimeType", "AudioMimeType", "VideoMimeType"),
        *(f"{name}.{field}" for name, fields in required.items() for field in fields),
    }
    assert broken(legacy_to_steps, "senders") == {
        "Turn",
        "InteractionInput",
        "CreateModelInteraction.response_format",
        "CreateAgentInteraction.response_format",
        "FileSearchResultContent.result",
        *(f"{name}Content.signature" for name in SIGNED),
    }


def test_what_breaks_strict_readers_alone(legacy_to_steps: Diff) -> None:
    alone = broken(legacy_to_steps, "strict_readers") - broken(legacy_to_steps, "readers")
    new_variants = {
        *("SpeechAnnotation", "WordInfo", "ToolSearch", "ArgumentsDelta"),
        *("AntigravityAgentConfig", "CodeMenderAgentConfig"),
        *("UserInputStep", "ModelOutputStep"),
        *(
            f"{what}{part}{kind}"
            for what in ("Processing", "Retrieval", "ToolSearch")
            for part in ("Call", "Result")
            for kind in ("Step", "Delta")
        ),
    }
    more_values = {
        *("InteractionStatus", "ServiceTier", "ModelOption", "AgentOption", "AudioMimeType"),
        *("DocumentContent.mime_type", "DocumentDelta.mime_type", "VideoDelta.mime_type"),
        *("CodeExecutionCallArguments.language", "ComputerUse.environment"),
        "Retrieval.retrieval_types",
    }
    other_types = {
        *("InteractionInput", "Interaction.response_format", "FunctionResultSubcontent"),
        *("CodeExecutionResultContent.result", "FileSearchResultDelta.result"),
        *("FunctionResultContent.result", "MCPServerToolResultContent.result"),
        *("FunctionResultDelta.result", "MCPServerToolResultDelta.result"),
        "ThoughtSummaryDelta.content",
    }
    assert alone == new_variants | more_values | other_types


def test_risks_for_senders(launch_to_last_legacy: Diff, legacy_to_steps: Diff) -> None:
    def risky(diff: Diff) -> set[str]:
        return {c.old for c in diff.changes if c.impact.senders == "risky"}

    assert risky(launch_to_last_legacy) == {
        *("ModelOption", "interactions.get", "interactions.cancel", "interactions.delete")
    }
    assert risky(legacy_to_steps) == {
        *("ModelOption", "FunctionResultContent", "MCPServerToolResultContent")
    }


def test_both_steps_are_major(launch_to_last_legacy: Diff, legacy_to_steps: Diff) -> None:
    assert launch_to_last_legacy.verdict == legacy_to_steps.verdict == "major"


@pytest.mark.parametrize("label", REVISIONS)
def test_nothing_changed_from_a_revision_to_itself(label: str, models: dict[str, Revision]) -> None:
    diff = compare(models[label], models[label])
    assert lines(diff) == []
    assert diff.verdict == "patch"


def inventory(revision: Revision) -> set[tuple[str, str]]:
    """Every line of a revision: its fields, values and members, with what they belong to."""
    found: set[tuple[str, str]] = set()
    for name, definition in revision.definitions.items():
        if isinstance(definition, ObjectType):
            tag = [definition.tag.wire] if definition.tag is not None else []
            found |= {(name, wire) for wire in (*tag, *(f.wire for f in definition.fields))}
        elif isinstance(definition, EnumType):
            found |= {(name, value) for value in definition.values}
        elif isinstance(definition, UnionType):
            found |= {(name, tag) for tag in definition.members}
        else:
            found.add((name, ""))
    for operation in revision.operations:
        found |= {(operation.name, f"path {backend}") for backend in operation.paths}
        found |= {(operation.name, f"query {query}") for query, _ in operation.query}
    return found


@pytest.mark.parametrize(("old", "new"), [*STEPS, (REVISIONS[0], REVISIONS[2])])
def test_both_inventories_are_there_whole(old: str, new: str, models: dict[str, Revision]) -> None:
    diff = compare(models[old], models[new])
    left = {(e.old, row.old.name) for e in diff.entries for row in e.rows if row.old is not None}
    right = {(e.new, row.new.name) for e in diff.entries for row in e.rows if row.new is not None}
    assert left >= inventory(models[old])
    assert right >= inventory(models[new])
