"""Who is taken for whom, and who is not."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interactions_codegen.diff.renames import LEAST_LIKENESS, LEAST_SHARED, paired

from ..lab import REPOSITORY, SPEC, STRING, Json, enum, member, obj, reference, spec_of, union
from .lines import compared, lines, model

INTEGER: Json = {"type": "integer"}


def revision_of(definitions: Json, **revision: Any) -> Json:
    """A revision whose one operation sends and answers with `Root`."""
    routes = {
        "backends": {"gemini": {"hosts": {"*": "api.example.com"}, "api_version": "v1"}},
        "operations": {
            "root.create": {
                "method": "POST",
                "paths": {"vertex": "/x"},
                "vertex_default": "vertex",
                "body": "only.json#/$defs/Root",
                "response": "only.json#/$defs/Root",
            }
        },
    }
    return spec_of({"only": definitions}, routes=routes, **revision)


def root(*names: str) -> Json:
    return obj({f"field_{number}": reference(name) for number, name in enumerate(names)})


FULL = {"alpha": STRING, "beta": STRING, "gamma": INTEGER}


def test_an_untagged_type_by_shape_and_name(tmp_path: Path) -> None:
    before = revision_of({"Root": root("SearchResult"), "SearchResult": obj(FULL)})
    after = revision_of({"Root": root("SearchOutcome"), "SearchOutcome": obj(FULL)})
    assert lines(compared(before, after, tmp_path)) == [
        "... SearchResult > SearchOutcome type-renamed: SearchResult -> SearchOutcome"
    ]


def test_too_little_is_shared(tmp_path: Path) -> None:
    """Below half of all fields, no likeness of names makes up for it."""
    other = {"alpha": STRING, "delta": STRING, "epsilon": INTEGER}
    before = revision_of({"Root": root("SearchResult"), "SearchResult": obj(FULL)})
    after = revision_of({"Root": root("SearchResults"), "SearchResults": obj(other)})
    pairs = paired(model(before, tmp_path / "a"), model(after, tmp_path / "b"))
    assert LEAST_SHARED > 1 / 5
    assert ("SearchResult", "SearchResults") not in pairs.types


def test_another_name_altogether(tmp_path: Path) -> None:
    """Types of one shape alone are not taken for one another."""
    assert LEAST_LIKENESS > (0.5 + 0) / 2
    shapes = ({"queries": STRING, "more": STRING}, {"queries": STRING})
    before = revision_of({"Root": root("Ghi"), "Ghi": obj(shapes[0])})
    after = revision_of({"Root": root("Xyz"), "Xyz": obj(shapes[1])})
    pairs = paired(model(before, tmp_path / "a"), model(after, tmp_path / "b"))
    assert ("Ghi", "Xyz") not in pairs.types


def family(tags: dict[str, str], fields: Json) -> Json:
    return {name: member(tag, fields) for tag, name in tags.items()}


def test_members_that_move_to_a_new_union_take_its_field_with_them(tmp_path: Path) -> None:
    """Most of what a new union has was the old one's: a field that changed to it was renamed."""
    stay, move = {"text": "TextPart"}, {"call": "CallPart", "result": "ResultPart"}
    moved = {"call": "CallStep", "result": "ResultStep", "said": "SaidStep"}
    fields = {"id": STRING, "value": STRING}
    before = revision_of(
        {
            "Root": obj({"outputs": reference("Part"), "input": reference("Part")}),
            "Part": union({**stay, **move}),
            **family({**stay, **move}, fields),
        }
    )
    after = revision_of(
        {
            "Root": obj({"steps": reference("Step"), "input": reference("Part")}),
            "Part": union(stay),
            "Step": union(moved),
            **family(stay, fields),
            **family({tag: moved[tag] for tag in move}, fields),
            "SaidStep": member("said", {"parts": reference("Part")}),
        }
    )
    assert lines(compared(before, after, tmp_path)) == [
        "!!! Root.outputs > Root.steps field-renamed: Part -> Step",
        "+++ Step union-split: Part -> ",
        "!!! CallPart > CallStep variant-moved: Part: call -> Step: call",
        "!!! ResultPart > ResultStep variant-moved: Part: result -> Step: result",
        "+!+ SaidStep variant-added [Step: said]",
    ]


def test_one_tag_in_two_unions_goes_where_its_neighbours_go(tmp_path: Path) -> None:
    """Both members of the tag are as like as can be: the union that most tags left decides."""
    fields = {"id": STRING, "value": STRING}
    left = {"call": "CallPart", "result": "ResultPart", "text": "TextPart"}
    right = {"call": "CallDelta", "text": "TextDelta"}
    before = revision_of(
        {
            "Root": obj({"part": reference("Part"), "delta": reference("Delta")}),
            "Part": union(left),
            "Delta": union(right),
            **family(left, fields),
            **family(right, fields),
        }
    )
    steps = {"call": "CallStep", "result": "ResultStep"}
    rest = {"text": "TextPart"}, {"text": "TextDelta"}
    after = revision_of(
        {
            "Root": obj(
                {
                    "part": reference("Part"),
                    "delta": reference("Delta"),
                    "step": reference("Step"),
                }
            ),
            "Part": union(rest[0]),
            "Delta": union(rest[1]),
            "Step": union(steps),
            **family(rest[0], fields),
            **family(rest[1], fields),
            **family(steps, fields),
        }
    )
    pairs = paired(model(before, tmp_path / "a"), model(after, tmp_path / "b"))
    assert pairs.of_old("CallPart") == ["CallStep"]
    assert pairs.of_old("CallDelta") == []


def test_a_type_that_was_split(tmp_path: Path) -> None:
    tags = {"start": "Begun", "end": "Ended"}
    both = obj({"type": {"enum": ["start", "end"]}, "id": STRING}, "type")
    before = revision_of(
        {
            "Root": root("Event"),
            "Event": union({"start": "Both", "end": "Both"}),
            "Both": both,
        }
    )
    after = revision_of(
        {
            "Root": root("Event"),
            "Event": union(tags),
            "Begun": member("start", {"id": STRING}, "id"),
            "Ended": member("end", {"id": STRING}),
        }
    )
    assert lines(compared(before, after, tmp_path)) == [
        "... Both > Begun type-split: Both -> Begun, Ended",
        "++! Both.id > Begun.id now-required",
    ]


FIELDS: list[Any] = [
    pytest.param(
        {"total_reasoning_tokens": INTEGER},
        {"total_thought_tokens": INTEGER},
        ["total_reasoning_tokens > total_thought_tokens"],
        id="most-words",
    ),
    pytest.param({"someName": STRING}, {"some_name": STRING}, ["someName > some_name"], id="case"),
    pytest.param({"title": STRING}, {"search_suggestions": STRING}, [], id="no-word"),
    pytest.param({"some_name": STRING}, {"some_names": INTEGER}, [], id="another-type"),
    pytest.param(
        {"old_name": STRING, "name": STRING},
        {"new_name": STRING, "name": STRING},
        [],
        id="one-word-of-three",
    ),
    pytest.param(
        {"a_b_c": STRING, "a_b_d": STRING},
        {"a_b_c_d": STRING},
        ["a_b_c > a_b_c_d"],
        id="the-alphabet-decides",
    ),
]


@pytest.mark.parametrize(("was", "now", "expected"), FIELDS)
def test_fields(was: Json, now: Json, expected: list[str], tmp_path: Path) -> None:
    diff = compared(revision_of({"Root": obj(was)}), revision_of({"Root": obj(now)}), tmp_path)
    renamed = [c for c in diff.changes if c.kind == "field-renamed"]
    assert [f"{c.old_field} > {c.new_field}" for c in renamed] == expected


def test_aliases_have_the_last_word(tmp_path: Path) -> None:
    """What `revision.json` says was renamed was, however little likeness there is."""
    before = revision_of(
        {"Root": obj({"some": reference("Abc"), "left": STRING}), "Abc": obj({"x": STRING})}
    )
    after = revision_of(
        {"Root": obj({"some": reference("Xyz"), "right": STRING}), "Xyz": obj({"y": STRING})},
        aliases={"Abc": "Xyz", "Root.left": "Root.right"},
    )
    assert lines(compared(before, after, tmp_path)) == [
        "!!! Root.left > Root.right field-renamed: string -> string",
        "... Abc > Xyz type-renamed: Abc -> Xyz",
        "+++ Xyz.y field-added:  -> string",
        "!!! Abc.x field-removed: string -> ",
    ]


def test_a_name_that_stays_while_its_tag_goes_to_another(tmp_path: Path) -> None:
    """A member gets a type of its own; the type that it shared goes on elsewhere."""
    shared = {"Blob": member("blob", {"data": STRING}), "Text": member("text", {"text": STRING})}
    holders = {"Root": root("One", "Two"), "One": union({"blob": "Blob", "text": "Text"})}
    before = revision_of({**holders, "Two": union({"blob": "Blob"}), **shared})
    after = revision_of(
        {
            **holders,
            "Two": union({"blob": "OwnBlob"}),
            **shared,
            "OwnBlob": member("blob", {"data": STRING, "more": STRING}),
        }
    )
    assert lines(compared(before, after, tmp_path)) == [
        "... Blob type-split: Blob -> Blob, OwnBlob",
        "+++ OwnBlob.more field-added:  -> string",
    ]


def test_the_order_of_definitions_does_not_matter(tmp_path: Path) -> None:
    def shuffled(seed: int) -> tuple[Json, Json]:
        tags = {"abcd": "Abcd", "abce": "Abce", "abcf": "Abcf"}
        later = {f"{tag}x": f"{name}x" for tag, name in tags.items()}
        fields = {"id": STRING, "value": STRING}
        revisions: list[Json] = []
        for part in (tags, later):
            definitions = list(family(part, fields).items())
            members = list(part.items())
            random.Random(seed).shuffle(definitions)
            random.Random(seed + 1).shuffle(members)
            revisions.append(
                revision_of({"Root": root("U"), "U": union(dict(members)), **dict(definitions)})
            )
        return revisions[0], revisions[1]

    expected = {("Abcd", "Abcdx"), ("Abce", "Abcex"), ("Abcf", "Abcfx"), ("U", "U")}
    for seed in range(6):
        before, after = shuffled(seed)
        folder = tmp_path / str(seed)
        pairs = paired(model(before, folder / "a"), model(after, folder / "b"))
        assert set(pairs.types) == {*expected, ("Root", "Root")}


def test_the_hash_seed_does_not_matter() -> None:
    def report(seed: str) -> bytes:
        return subprocess.run(
            [
                *(sys.executable, "-m", "interactions_codegen", "diff", "2026-05-07", "2026-05-20"),
                *("--format", "json", "--spec", str(SPEC)),
            ],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
        ).stdout

    assert report("1") == report("2") != b""


def test_enums_by_their_values(tmp_path: Path) -> None:
    before = revision_of({"Root": root("Mode"), "Mode": enum("on", "off", "auto")})
    after = revision_of({"Root": root("Modes"), "Modes": enum("on", "off", "never")})
    assert lines(compared(before, after, tmp_path)) == [
        "... Mode > Modes type-renamed: Mode -> Modes",
        "+!+ Mode > Modes values-added [never]",
        "..! Mode > Modes values-removed [auto]",
    ]
