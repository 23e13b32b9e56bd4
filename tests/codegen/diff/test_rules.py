"""One change at a time in a small revision: what it is called, and what it means for whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interactions_codegen.diff.impact import KINDS
from interactions_codegen.diff.renames import LEAST_LIKENESS, LEAST_SHARED, LEAST_SHARED_WORDS
from interactions_codegen.diff.text import SIGNS
from interactions_codegen.diff.wording import WORDS, severities, words

from ..lab import (
    REPOSITORY,
    STRING,
    Json,
    array,
    choice,
    enum,
    member,
    mini,
    obj,
    put,
    reference,
    union,
)
from .lines import compared, line, lines


def one_way() -> Json:
    """A revision in which a type is only sent, another only read, and an enum is both."""
    documents = mini()
    documents["way.json"] = {
        "description": "One way.",
        "$defs": {
            "Mode": enum("on", "off"),
            "Sent": obj({"text": STRING, "mode": reference("Mode")}, "text"),
            "Read": obj({"text": STRING, "mode": reference("Mode")}, "text"),
        },
    }
    documents["revision.json"]["families"] = ["way", "part", "call"]
    route = documents["routes.json"]["operations"]["calls.create"]
    route["body"], route["response"] = "way.json#/$defs/Sent", "way.json#/$defs/Read"
    return documents


def edited(make: Callable[[], Json], *edits: tuple[str, str, Any]) -> Json:
    documents = make()
    for file, pointer, value in edits:
        put(documents, file, pointer, value)
    return documents


CALL = "/$defs/Call/properties"
ROUTE = "/operations/calls.create"
SAME: list[Any] = [
    pytest.param(("call.json", "/$defs/Call/description", "Otherwise."), id="description"),
    pytest.param(("call.json", "/description", "Otherwise."), id="family"),
    pytest.param(("deviations.json", "/deviations", []), id="deviations"),
    pytest.param(("call.json", "/$defs/Color/enum", ["green", "red"]), id="order-of-values"),
    pytest.param(
        (
            "call.json",
            "/$defs/Input",
            choice(array(reference("Part", "part")), STRING),
        ),
        id="order-of-arms",
    ),
]


@pytest.mark.parametrize("edit", SAME)
def test_what_is_no_change(edit: tuple[str, str, Any], tmp_path: Path) -> None:
    diff = compared(mini(), edited(mini, edit), tmp_path)
    assert lines(diff) == []
    assert diff.verdict == "patch"


BOTH_WAYS: list[Any] = [
    # fields
    (f"{CALL}/more", STRING, "+++ Call.more field-added:  -> string"),
    (f"{CALL}/note", ..., "!!! Call.note field-removed: Note -> "),
    ("/$defs/Call/required", ["input", "note"], "++! Call.note now-required"),
    ("/$defs/Call/required", ..., "!!+ Call.input now-optional"),
    (f"{CALL}/color/deprecated", True, "+++ Call.color deprecated"),
    (f"{CALL}/color/readOnly", True, "..! Call.color read-only"),
    (f"{CALL}/color/writeOnly", True, "!!. Call.color write-only"),
    (f"{CALL}/id/readOnly", ..., "..+ Call.id not-read-only"),
    # types of fields
    (f"{CALL}/labels", STRING, "!!! Call.labels retyped: map of string -> string"),
    (f"{CALL}/note", {}, "~!+ Call.note retyped: Note -> any"),
    (f"{CALL}/either", STRING, "+!! Call.either retyped: string | Note -> string"),
    (
        f"{CALL}/note",
        choice(STRING, reference("Note")),
        "~!+ Call.note retyped: Note -> string | Note",
    ),
    (
        f"{CALL}/note",
        {"type": "object", "additionalProperties": True},
        "~!+ Call.note retyped: Note -> map of any",
    ),
    (f"{CALL}/color", STRING, "+!+ Call.color retyped: Color -> string"),
    (f"{CALL}/color", {"const": "red"}, "..! Call.color values-removed [green]"),
    (
        f"{CALL}/parts",
        array(reference("TextPart", "part")),
        "+!! Call.parts retyped: Part[] -> TextPart[]",
    ),
    (
        f"{CALL}/parts",
        array(reference("Note")),
        "!!! Call.parts retyped: Part[] -> Note[]",
    ),
    (f"{CALL}/labels", ..., "!!! Call.labels field-removed: map of string -> "),
    # values
    ("/$defs/Color/enum", ["red", "green", "blue"], "+!+ Color values-added [blue]"),
    ("/$defs/Color/enum", ["red"], "..! Color values-removed [green]"),
    ("/$defs/Color/x-open", True, "+~+ Color opened"),
]


@pytest.mark.parametrize(("pointer", "value", "expected"), BOTH_WAYS)
def test_what_is_sent_and_read(pointer: str, value: Any, expected: str, tmp_path: Path) -> None:
    after = edited(mini, ("call.json", pointer, value))
    assert lines(compared(mini(), after, tmp_path)) == [expected]


ONE_WAY: list[Any] = [
    # `Sent` is of no interest to readers, nor `Read` to senders.
    ("/$defs/Sent/properties/more", STRING, "..+ Sent.more field-added:  -> string"),
    ("/$defs/Read/properties/more", STRING, "++. Read.more field-added:  -> string"),
    ("/$defs/Sent/properties/mode", ..., "..! Sent.mode field-removed: Mode -> "),
    ("/$defs/Read/properties/mode", ..., "!!. Read.mode field-removed: Mode -> "),
    ("/$defs/Sent/required", ..., "..+ Sent.text now-optional"),
    ("/$defs/Read/required", ..., "!!. Read.text now-optional"),
    ("/$defs/Sent/required", ["text", "mode"], "..! Sent.mode now-required"),
    ("/$defs/Read/required", ["text", "mode"], "++. Read.mode now-required"),
    ("/$defs/Mode/enum", ["on", "off", "auto"], "+!+ Mode values-added [auto]"),
    ("/$defs/Sent/deprecated", True, "..+ Sent deprecated"),
]


@pytest.mark.parametrize(("pointer", "value", "expected"), ONE_WAY)
def test_what_goes_one_way(pointer: str, value: Any, expected: str, tmp_path: Path) -> None:
    after = edited(one_way, ("way.json", pointer, value))
    assert lines(compared(one_way(), after, tmp_path)) == [expected]


def test_a_flag_says_nothing_where_the_type_goes_one_way(tmp_path: Path) -> None:
    after = edited(
        one_way,
        ("way.json", "/$defs/Sent/properties/mode/writeOnly", True),
        ("way.json", "/$defs/Read/properties/mode/readOnly", True),
    )
    assert lines(compared(one_way(), after, tmp_path)) == []


def test_a_new_required_field(tmp_path: Path) -> None:
    after = edited(
        mini,
        ("call.json", f"{CALL}/more", STRING),
        ("call.json", "/$defs/Call/required", ["input", "more"]),
    )
    assert lines(compared(mini(), after, tmp_path)) == [
        "++! Call.more required-field-added:  -> string, required"
    ]


def test_an_open_list_loses_values(tmp_path: Path) -> None:
    before = edited(mini, ("call.json", "/$defs/Color/x-open", True))
    after = edited(
        mini,
        ("call.json", "/$defs/Color/x-open", True),
        ("call.json", "/$defs/Color/enum", ["red"]),
    )
    assert lines(compared(before, after, tmp_path / "a")) == ["..~ Color values-unlisted [green]"]
    assert lines(compared(before, mini(), tmp_path / "b")) == ["++! Color closed"]


def test_the_fallback_of_a_choice_goes(tmp_path: Path) -> None:
    """Where documented forms stand beside `any`, losing it is a risk; alone, it breaks."""
    before = edited(mini, ("call.json", f"{CALL}/either", choice(STRING, {})))
    assert lines(
        compared(before, edited(mini, ("call.json", f"{CALL}/either", STRING)), tmp_path / "a")
    ) == ["+!~ Call.either retyped: string | any -> string"]
    before = edited(mini, ("call.json", f"{CALL}/either", {}))
    assert lines(
        compared(before, edited(mini, ("call.json", f"{CALL}/either", STRING)), tmp_path / "b")
    ) == ["+!! Call.either retyped: any -> string"]


def test_one_enum_in_place_of_another(tmp_path: Path) -> None:
    """A field's list of values is compared, whatever it is called."""
    after = edited(
        mini,
        ("call.json", "/$defs/Shade", enum("red", "green", "grey")),
        ("call.json", f"{CALL}/color", reference("Shade")),
        ("call.json", "/$defs/Color", ...),
    )
    assert lines(compared(mini(), after, tmp_path)) == [
        "+!+ Call.color values-added [grey]",
        "+++ Shade type-added",
        "... Color name-dropped",
    ]


UNIONS: list[Any] = [
    (
        [
            ("/$defs/FilePart", member("file", {"uri": STRING})),
            ("/$defs/Part", union({"text": "TextPart", "blob": "BlobPart", "file": "FilePart"})),
        ],
        ["+!+ FilePart variant-added [Part: file]"],
    ),
    (
        [
            ("/$defs/BlobPart", ...),
            ("/$defs/Part", union({"text": "TextPart"})),
        ],
        ["!!! BlobPart type-removed [Part: blob]"],
    ),
    (
        [
            ("/$defs/BlobPart/properties/type/const", "bytes"),
            ("/$defs/Part", union({"text": "TextPart", "bytes": "BlobPart"})),
        ],
        ["!!! BlobPart variant-renamed: Part: blob -> Part: bytes"],
    ),
    (
        [
            ("/$defs/BlobPart", ...),
            ("/$defs/Blob", member("blob", {"data": STRING})),
            ("/$defs/Part", union({"text": "TextPart", "blob": "Blob"})),
        ],
        ["... BlobPart > Blob type-renamed: BlobPart -> Blob"],
    ),
    ([("/$defs/Part/x-open", True)], ["+~+ Part opened"]),
    (
        [("/$defs/Part/oneOf/2", {"type": "object"})],
        ["+~+ Part any-object-admitted"],
    ),
    (
        [("/$defs/TextPart/additionalProperties", True)],
        ["+~+ TextPart any-object-admitted"],
    ),
    (
        [
            ("/$defs/TextPart/properties", {"kind": {"const": "text"}, "text": STRING}),
            ("/$defs/TextPart/required", ["kind", "text"]),
            ("/$defs/BlobPart/properties", {"kind": {"const": "blob"}, "data": STRING}),
            ("/$defs/BlobPart/required", ["kind"]),
            ("/$defs/Part", union({"text": "TextPart", "blob": "BlobPart"}, "kind")),
        ],
        ["!!! Part discriminator-changed: type -> kind"],
    ),
]


@pytest.mark.parametrize(("edits", "expected"), UNIONS)
def test_unions(edits: list[tuple[str, Any]], expected: list[str], tmp_path: Path) -> None:
    after = edited(mini, *(("part.json", pointer, value) for pointer, value in edits))
    if "FilePart" in str(edits) or "oneOf" in str(edits):
        put(after, "deviations.json", "/deviations", [])
    assert lines(compared(mini(), after, tmp_path)) == expected


def test_a_variant_that_nobody_read_before_breaks_nobody(tmp_path: Path) -> None:
    def make() -> Json:
        documents = one_way()
        put(documents, "way.json", "/$defs/Sent/properties/part", reference("Part", "part"))
        put(documents, "call.json", "/$defs", {"Nothing": obj({})})
        documents["revision.json"]["families"] = ["part", "way", "call"]
        return documents

    after = edited(
        make,
        ("part.json", "/$defs/FilePart", member("file", {"uri": STRING})),
        (
            "part.json",
            "/$defs/Part",
            union({"text": "TextPart", "blob": "BlobPart", "file": "FilePart"}),
        ),
        ("way.json", "/$defs/Read/properties/part", reference("Part", "part")),
    )
    assert lines(compared(make(), after, tmp_path)) == [
        "+++ FilePart type-added [Part: file]",
        "++. Read.part field-added:  -> Part",
    ]


def test_a_known_type_joins_a_union(tmp_path: Path) -> None:
    def make() -> Json:
        return edited(
            mini,
            ("part.json", "/$defs/FilePart", member("file", {"uri": STRING})),
            ("part.json", "/$defs/Other", union({"file": "FilePart", "blob": "BlobPart"})),
            ("call.json", f"{CALL}/other", reference("Other", "part")),
        )

    more = (
        "part.json",
        "/$defs/Part",
        union({"text": "TextPart", "blob": "BlobPart", "file": "FilePart"}),
    )
    assert lines(compared(make(), edited(make, more), tmp_path / "a")) == [
        "+!+ Part member-added [file]"
    ]
    assert lines(compared(edited(make, more), make(), tmp_path / "b")) == [
        "!!! Part member-removed [file]"
    ]


ROUTES: list[Any] = [
    (f"{ROUTE}/method", "GET", "..! calls.create method-changed: POST -> GET"),
    (
        f"{ROUTE}/paths/gemini",
        "/x",
        "..! calls.create path-changed: /{api_version}/calls -> /x [gemini]",
    ),
    (
        f"{ROUTE}/paths/gemini",
        ...,
        "..! calls.create path-removed: /{api_version}/calls ->  [gemini]",
    ),
    (f"{ROUTE}/paths/other", "/x", "..+ calls.create path-added:  -> /x [other]"),
    (f"{ROUTE}/query/0", ..., "..! calls.create query-removed: string ->  [alt]"),
    (f"{ROUTE}/query/0/type", "boolean", "..! calls.create query-changed: string -> boolean [alt]"),
    ("/backends/gemini/api_version", "v2", "..! gemini api-version-changed: v1 -> v2"),
    (
        "/backends/gemini/hosts/*",
        "b.example.com",
        "..! gemini host-changed: api.example.com -> b.example.com [*]",
    ),
    ("/backends/gemini/hosts/eu", "b.example.com", "..+ gemini host-added:  -> b.example.com [eu]"),
    (
        "/operations/calls.delete",
        {"method": "DELETE", "paths": {"vertex": "/x"}, "vertex_default": "vertex"},
        "+++ calls.delete operation-added",
    ),
]


@pytest.mark.parametrize(("pointer", "value", "expected"), ROUTES)
def test_routes(pointer: str, value: Any, expected: str, tmp_path: Path) -> None:
    after = edited(mini, ("routes.json", pointer, value))
    assert lines(compared(mini(), after, tmp_path)) == [expected]


def test_bodies_and_responses(tmp_path: Path) -> None:
    after = edited(
        mini,
        ("routes.json", f"{ROUTE}/response", "call.json#/$defs/Note"),
        ("routes.json", f"{ROUTE}/body", ...),
    )
    found = lines(compared(mini(), after, tmp_path))
    assert "!!. calls.create response-changed: Call -> Note" in found
    assert "..! calls.create body-removed: Call -> " in found


def test_an_operation_goes(tmp_path: Path) -> None:
    extra = {"method": "DELETE", "paths": {"vertex": "/x"}, "vertex_default": "vertex"}
    before = edited(mini, ("routes.json", "/operations/calls.delete", extra))
    diff = compared(before, mini(), tmp_path)
    assert lines(diff) == ["!!! calls.delete operation-removed"]


VERDICTS: list[Any] = [
    (("call.json", "/$defs/Call/description", "Otherwise."), "patch"),
    (("revision.json", "/header", None), "patch"),
    (("call.json", f"{CALL}/more", STRING), "minor"),
    (("call.json", "/$defs/Color/enum", ["red", "green", "blue"]), "minor"),
    (("call.json", f"{CALL}/color/deprecated", True), "minor"),
    (("call.json", f"{CALL}/color", ...), "major"),
    (("call.json", "/$defs/Call/required", ["input", "note"]), "major"),
    (("routes.json", f"{ROUTE}/method", "GET"), "major"),
]


@pytest.mark.parametrize(("edit", "verdict"), VERDICTS)
def test_verdicts(edit: tuple[str, str, Any], verdict: str, tmp_path: Path) -> None:
    assert compared(mini(), edited(mini, edit), tmp_path).verdict == verdict


def test_strict_readers_break_wherever_readers_do() -> None:
    for kind, impact in KINDS.items():
        assert impact.readers != "breaking" or impact.strict_readers == "breaking", kind


def test_every_kind_of_change_has_words(tmp_path: Path) -> None:
    assert WORDS.keys() == KINDS.keys()
    change = next(
        compared(mini(), edited(mini, ("call.json", f"{CALL}/note", ...)), tmp_path).changes
    )
    assert words(change, lambda text: f"<{text}>") == "gone, was <Note>"
    assert line(change).startswith("!!!")


def test_the_rule_is_documented() -> None:
    """The table of docs/comparing.md is the rule."""
    text = (REPOSITORY / "docs" / "comparing.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| `(...)` \|$", text, re.MULTILINE)
    told = {kind: signs for kinds, signs in rows for kind in re.findall("`(.*?)`", kinds)}
    assert told == {
        kind: "".join(SIGNS[severity] for severity in severities(impact))
        for kind, impact in KINDS.items()
    }
    assert f"come to {LEAST_LIKENESS} on average" in text
    assert (LEAST_SHARED, LEAST_SHARED_WORDS) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("flag", "expected"),
    [("readOnly", "!!. Call.note field-removed"), ("writeOnly", "..! Call.note field-removed")],
)
def test_a_field_that_goes_one_way(flag: str, expected: str, tmp_path: Path) -> None:
    """And so does what it alone leads to."""
    before = edited(
        mini,
        ("call.json", "/$defs/Inner", obj({"text": STRING, "more": STRING})),
        ("call.json", f"{CALL}/note/{flag}", True),
        ("call.json", f"{CALL}/inner", {**reference("Inner"), flag: True}),
    )
    after = edited(
        lambda: json.loads(json.dumps(before)),
        ("call.json", "/$defs/Inner/properties/more", ...),
        ("call.json", f"{CALL}/note", ...),
    )
    signs = expected[:3]
    assert [found.partition(":")[0] for found in lines(compared(before, after, tmp_path))] == [
        expected,
        f"{signs} Inner.more field-removed",
    ]


def test_what_no_operation_leads_to_is_read(tmp_path: Path) -> None:
    """Such as the body of an error."""
    before = edited(mini, ("call.json", "/$defs/Problem", obj({"text": STRING, "more": STRING})))
    after = edited(mini, ("call.json", "/$defs/Problem", obj({"text": STRING})))
    assert lines(compared(before, after, tmp_path)) == [
        "!!. Problem.more field-removed: string -> "
    ]


def test_a_text_and_an_open_list_admit_the_same(tmp_path: Path) -> None:
    text = edited(mini, ("call.json", f"{CALL}/color", STRING))
    listed = edited(mini, ("call.json", "/$defs/Color/x-open", True))
    assert "+++ Call.color retyped: string -> Color" in lines(
        compared(text, listed, tmp_path / "a")
    )
    closed = lines(compared(text, mini(), tmp_path / "b"))
    assert "++! Call.color retyped: string -> Color" in closed


def test_a_body_by_another_name(tmp_path: Path) -> None:
    """It is told where the type is, not again where it is used."""
    after = json.loads(json.dumps(mini()).replace("$defs/Call", "$defs/Calls"))
    definitions = after["call.json"]["$defs"]
    definitions["Calls"] = definitions.pop("Call")
    assert lines(compared(mini(), after, tmp_path)) == [
        "... Call > Calls type-renamed: Call -> Calls"
    ]
