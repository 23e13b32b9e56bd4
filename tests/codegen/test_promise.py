"""Public names stay: what `generate` and `check` refuse, what they let pass, and what they say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from interactions_codegen.cli import main
from interactions_codegen.output import generate
from interactions_codegen.promise.annotations import Annotations, expression
from interactions_codegen.promise.compatibility import Broken, broken_names
from interactions_codegen.promise.offered import PublicNames, public_names

from .lab import (
    BINDINGS,
    LABEL,
    REVISIONS,
    SPEC,
    STRING,
    Json,
    array,
    choice,
    enum,
    member,
    mini,
    obj,
    put,
    put_in_place,
    reference,
    rewrite_spec,
    tree,
    union,
    write_spec,
)

Edit = tuple[str, str, Any]


class Project:
    """A spec and its bindings on disk, after a first `generate`."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.documents = mini()

    @property
    def names(self) -> Path:
        return self.folder / "spec" / "names" / f"{LABEL}.json"

    def run(self, command: str) -> int:
        folders = ("--spec", str(self.folder / "spec"), "--out", str(self.folder / "bindings"))
        return main([command, *folders])

    def said(self) -> tuple[str, str]:
        captured = self.capsys.readouterr()
        return captured.out, captured.err

    def edit(self, *edits: Edit) -> None:
        for edit in edits:
            put(self.documents, *edit)
        rewrite_spec(self.documents, self.folder / "spec")

    def revise(self, **keys: Any) -> None:
        """Set keys of `revision.json`."""
        self.edit(*(("revision.json", f"/{key}", value) for key, value in keys.items()))

    def regenerated(self) -> Json:
        """The snapshot after a `generate` that is not refused, and a `check` that agrees."""
        assert self.run("generate") == 0, self.said()
        assert self.run("check") == 0, self.said()
        self.said()
        return json.loads(self.names.read_bytes())  # type: ignore[no-any-return]

    def broken(self) -> list[str]:
        """What `generate` and `check` refuse alike, name by name; nothing may have changed."""
        before = tree(self.folder)
        assert self.run("generate") == 2
        out, error = self.said()
        assert out == ""
        first, *names, advice = error.removeprefix("interactions-codegen: ").splitlines()
        assert first == f"public names of {LABEL} would break:"
        for key in ("aliases", "withdrawn", "changed"):
            assert f'"{key}"' in advice
        assert f"{LABEL}/revision.json" in advice
        assert self.run("check") == 1
        assert "\n".join([first, *names, advice]) in self.said()[0]
        assert tree(self.folder) == before
        return [name.removeprefix("  ") for name in names]

    def refused(self) -> str:
        """Why `generate` and `check` refuse `revision.json`; nothing may have changed."""
        before = tree(self.folder)
        assert self.run("generate") == 2
        _, error = self.said()
        assert self.run("check") == 2
        assert self.said() == ("", error)
        assert tree(self.folder) == before
        return error.removeprefix(f"interactions-codegen: {LABEL}/revision.json#").rstrip("\n")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    put_in_place(write_spec(mini(), folder / "spec"), folder / "bindings")
    return folder


@pytest.fixture
def project(fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(Path(shutil.copytree(fresh, tmp_path / "project")), capsys)


def in_call(name: str, schema: Any) -> Edit:
    return "call.json", f"/$defs/{name}", schema


# --- what may change -----------------------------------------------------------------------------

ALLOWED: dict[str, list[Edit]] = {
    "a new type": [in_call("More", obj({"x": STRING}))],
    "a new optional field": [in_call("Note/properties/more", STRING)],
    "a new operation": [
        (
            "routes.json",
            "/operations/calls.get",
            {"method": "GET", "paths": {"vertex": "/y"}, "vertex_default": "vertex"},
        )
    ],
    "a new query parameter": [
        ("routes.json", "/operations/calls.create/query/1", {"name": "n", "type": "integer"})
    ],
    "a value less": [in_call("Color", enum("red"))],
    "a value more": [in_call("Color", enum("red", "green", "blue"))],
    "required no more": [in_call("Call/required", ...)],
    "a wider choice": [in_call("Call/properties/either/anyOf/2", array(STRING))],
    "anything": [in_call("Call/properties/either", {})],
    "a map of anything": [in_call("Call/properties/labels", {"type": "object"})],
    "another description": [in_call("Note/description", "Something else.")],
    "an open enum where a string was": [in_call("Note/properties/text", reference("Color"))],
    "a union where its member was": [
        in_call("Note", obj({"text": STRING, "next": choice(reference("Note"), STRING)}))
    ],
}


@pytest.mark.parametrize(
    "edits", ALLOWED.values(), ids=[name.replace(" ", "-") for name in ALLOWED]
)
def test_names_and_ways_to_use_them_may_be_added(edits: list[Edit], project: Project) -> None:
    before = json.loads(project.names.read_bytes())
    project.edit(*edits)
    after = project.regenerated()
    assert before["names"].keys() <= after["names"].keys()
    assert all(set(names) <= set(after["modules"][m]) for m, names in before["modules"].items())


def test_new_names_are_in_the_snapshot(project: Project) -> None:
    project.edit(in_call("Note/properties/more", {"type": "integer"}))
    assert project.run("check") == 1
    assert '+    "Note.more": "field int | None = None",' in project.said()[0]
    assert project.run("generate") == 0
    assert project.said()[0].splitlines()[1:] == [f"public names in {project.names}"]
    names = json.loads(project.names.read_bytes())["names"]
    assert names["Note.more"] == "field int | None = None"
    assert names["NoteParam.more"] == "key int"


def test_a_snapshot_is_written_only_when_it_changes(project: Project) -> None:
    inode = project.names.stat().st_ino
    project.edit(in_call("Note/description", "Other words."))
    project.regenerated()
    assert project.names.stat().st_ino == inode


# --- what breaks programs ------------------------------------------------------------------------

RENAMED_OPERATION = {"calls.make": mini()["routes.json"]["operations"]["calls.create"]}
TOOK_INPUT = (
    "CallParam.input takes Required[str | Sequence[Note | NoteParam]], took Required[InputParam]"
)
BEFORE = "(a: str, b: int = 1) -> str"
BROKEN: dict[str, tuple[list[Edit], list[str]]] = {
    "a field gone": (
        [in_call("Note/properties/text", ...)],
        ["Note.text is gone", "NoteParam.text is gone"],
    ),
    "a field renamed": (
        [in_call("Note/properties", {"body": STRING, "next": reference("Note")})],
        ["Note.text is gone", "NoteParam.text is gone"],
    ),
    "an enum gone": (
        [in_call("Color", ...), in_call("Call/properties/color", STRING)],
        ["COLOR_VALUES is gone", "Color is gone"],
    ),
    "a union gone": (
        [
            in_call("Input", ...),
            in_call("Call/properties/input", {"anyOf": [STRING, array(reference("Note"))]}),
        ],
        [
            "Input is gone",
            "InputParam is gone",
            "Call.input takes str | list[Note], took Input",
            TOOK_INPUT,
        ],
    ),
    "a member gone": (
        [
            ("part.json", "/$defs/Part", union({"text": "TextPart"})),
            ("part.json", "/$defs/BlobPart", ...),
        ],
        [
            "BlobPart is gone",
            "BlobPartParam is gone",
            "Part means TextPart | UnknownPart, meant TextPart | BlobPart | UnknownPart",
            "PartParam means Part | TextPartParam, meant Part | TextPartParam | BlobPartParam",
        ],
    ),
    "a field required": (
        [in_call("Call/required", ["input", "color"])],
        ["Call.color is required now", "CallParam.color is required now"],
    ),
    "a new required field": (
        [in_call("Call/properties/more", STRING), in_call("Call/required", ["input", "more"])],
        [
            "Call requires more, which callers do not give",
            "CallParam requires more, which callers do not give",
        ],
    ),
    "a field retyped": (
        [in_call("Note/properties/text", {"type": "integer"})],
        ["Note.text takes int | None, took str | None", "NoteParam.text takes int, took str"],
    ),
    "a narrower choice": (
        [in_call("Call/properties/either", reference("Note"))],
        [
            "Call.either takes Note | None, took str | Note | None",
            "CallParam.either takes Note | NoteParam, took str | Note | NoteParam",
        ],
    ),
    "a list of something else": (
        [in_call("Call/properties/parts", array(STRING))],
        [
            "Call.parts takes list[str] | None, took list[Part] | None",
            "CallParam.parts takes Sequence[str], took Sequence[PartParam]",
        ],
    ),
    "a field of readers only": (
        [in_call("Call/properties/note/readOnly", True)],
        ["CallParam.note is gone"],
    ),
    "another tag": (
        [
            ("part.json", "/$defs/Part", union({"prose": "TextPart", "blob": "BlobPart"})),
            ("part.json", "/$defs/TextPart", member("prose", {"text": STRING}, "text")),
        ],
        [
            "TextPart.type gives Literal['prose'], gave Literal['text']",
            "TextPartParam.type takes Required[Literal['prose']], took Required[Literal['text']]",
        ],
    ),
    "a class turned enum": (
        [in_call("Note", enum("a"))],
        [
            "Note.next is gone",
            "Note.text is gone",
            "NoteParam is gone",
            "CallParam.either takes str | Note, took str | Note | NoteParam",
            "CallParam.note takes Note, took Note | NoteParam",
            "Note was of kind class, is of kind alias",
        ],
    ),
    "a class no longer sent": (
        [("routes.json", "/operations/calls.create/body", "call.json#/$defs/Note")],
        [f"{name}Param is gone" for name in ("BlobPart", "Call", "Input", "Part", "TextPart")],
    ),
    "an operation renamed": (
        [("routes.json", "/operations", RENAMED_OPERATION)],
        ["CALLS_CREATE is gone"],
    ),
    "a query parameter gone": (
        [("routes.json", "/operations/calls.create/query", ...)],
        ["CALLS_CREATE.alt is gone"],
    ),
    "a query parameter retyped": (
        [("routes.json", "/operations/calls.create/query/0/type", "boolean")],
        ["CALLS_CREATE.alt takes boolean, took string"],
    ),
}


@pytest.mark.parametrize(
    ("edits", "names"), BROKEN.values(), ids=[name.replace(" ", "-") for name in BROKEN]
)
def test_what_breaks_programs_is_refused(
    edits: list[Edit], names: list[str], project: Project
) -> None:
    project.edit(*edits)
    assert project.broken() == names


@pytest.mark.parametrize(
    ("before", "now", "problem"),
    [
        ("property str", "property str | None", "gives str | None, gave str"),
        ("property str | None", "property str", None),
        ("tag Literal['a']", "tag Literal['a', 'b']", "gives Literal['a', 'b'], gave Literal['a']"),
        ("class Model", "class Model Other", None),
        ("class Model Other", "class Model", "is no longer a Other"),
        ("dict Fields", "dict", "is no longer a Fields"),
        ("constant", "constant", None),
        ("route calls.get", "route calls.read", "is the operation calls.read, was calls.get"),
        ("field str", "property str", "was of kind field, is of kind property"),
        ("field str = 'a = b'", "field str = None", None),
        ("field Literal[' = ']", "field Literal[' = '] = ' = '", None),
        ("field str = None", "field str", "is required now"),
        ("key str", "key Required[str]", "is required now"),
        ("key Required[str]", "key str", None),
        ("function (a: str) -> str", "function (a: str, b: int = 1) -> str", None),
        ("function (a: str) -> str", "function (a: str, *, b: int = 1) -> str", None),
        *(
            ("function (a: str, b: int = 1) -> str", now, f"takes {now[9:]}, took {BEFORE}")
            for now in (
                "function (a: str) -> str",
                "function (b: int = 1, a: str = '') -> str",
                "function (a: str, b: int) -> str",
                "function (x: str, b: int = 1) -> str",
                "function (a: str, b: int = 1, *, c: int) -> str",
            )
        ),
    ],
)
def test_how_a_name_may_change(before: str, now: str, problem: str | None) -> None:
    modules = {"m": ("X",)}
    was, is_ = PublicNames(modules, {"X": before}), PublicNames(modules, {"X": now})
    found = [Broken("X", problem, gone=False)] if problem else []
    assert list(broken_names(was, is_)) == found


def test_a_module_that_loses_a_name(project: Project) -> None:
    """A type that moves to another family is there, but not where it was."""
    note = project.documents["call.json"]["$defs"]["Note"]
    color = project.documents["call.json"]["$defs"].pop("Color")
    project.documents["part.json"]["$defs"]["Color"] = color
    put(project.documents, "call.json", "/$defs/Call/properties/color", reference("Color", "part"))
    project.edit(in_call("Note", note))
    assert project.broken() == [
        "call.COLOR_VALUES cannot be imported from call",
        "call.Color cannot be imported from call",
    ]
    project.revise(aliases={"call.Color": "Color"})
    after = project.regenerated()
    assert {"Color", "COLOR_VALUES"} <= {*after["modules"]["call"]} & {*after["modules"]["part"]}


def test_a_revision_that_is_gone(project: Project) -> None:
    project.names.with_name("2026-01-01.json").write_bytes(project.names.read_bytes())
    before = tree(project.folder)
    assert project.run("generate") == project.run("check") == 2
    assert "2026-01-01.json: the revision is gone: delete this file" in project.said()[1]
    assert tree(project.folder) == before


# --- aliases ------------------------------------------------------------------------------------


def renamed(project: Project) -> None:
    """`TextPart` becomes `ProsePart`, its `text` becomes `body`, and `Color` becomes `Hue`."""
    text = json.dumps(project.documents).replace("TextPart", "ProsePart")
    project.documents = json.loads(text.replace("/Color", "/Hue").replace('"Color"', '"Hue"'))
    prose = member("prose", {"body": STRING}, "body")
    prose["properties"]["type"]["const"] = "text"
    omitted = "/deviations/0/treatment/fields"
    put(project.documents, "deviations.json", omitted, {"ProsePart": ["body"]})
    project.edit(("part.json", "/$defs/ProsePart", prose))


RENAMINGS = {"TextPart": "ProsePart", "Color": "Hue", "ProsePart.text": "ProsePart.body"}


def test_aliases_cover_all_that_is_named_after_a_type(project: Project) -> None:
    renamed(project)
    assert project.broken()[:5] == [
        "COLOR_VALUES is gone",
        "Color is gone",
        "TextPart is gone",
        "TextPartParam is gone",
        "Part means ProsePart | BlobPart | UnknownPart, meant TextPart | BlobPart | UnknownPart",
    ]
    project.revise(aliases={key: RENAMINGS[key] for key in ("TextPart", "Color")})
    assert project.broken() == [
        "TextPart.text is gone",
        "TextPartParam.text is gone",
        "TextPart requires body, which callers do not give",
        "TextPartParam requires body, which callers do not give",
    ]
    project.revise(aliases=RENAMINGS)
    names = project.regenerated()["names"]
    assert names["TextPart"] == "former ProsePart"
    assert names["TextPartParam"] == "former ProsePartParam"
    assert names["Color"] == "former Hue"
    assert names["COLOR_VALUES"] == "former HUE_VALUES"
    assert names["ProsePart.text"] == "former body"


def test_an_alias_stays_once_it_is_there(project: Project) -> None:
    renamed(project)
    project.revise(aliases=RENAMINGS)
    project.regenerated()
    project.revise(aliases={key: RENAMINGS[key] for key in ("TextPart", "ProsePart.text")})
    assert project.broken() == ["COLOR_VALUES is gone", "Color is gone"]
    project.revise(withdrawn={"Color": "Nobody used it.", "COLOR_VALUES": "Nobody used them."})
    assert "Color" not in project.regenerated()["names"]


def test_a_type_renamed_twice(project: Project) -> None:
    renamed(project)
    project.revise(aliases=RENAMINGS)
    project.regenerated()
    text = json.dumps(project.documents["call.json"]).replace("Hue", "Tint")
    project.documents["call.json"] = json.loads(text)
    project.revise(aliases={**RENAMINGS, "Color": "Tint", "Hue": "Tint"})
    names = project.regenerated()["names"]
    assert names["Color"] == names["Hue"] == "former Tint"


def test_an_alias_cannot_turn_elsewhere(project: Project) -> None:
    renamed(project)
    put(project.documents, "call.json", "/$defs/Tone", enum("red", "green"))
    project.revise(aliases=RENAMINGS)
    project.regenerated()
    project.revise(aliases={**RENAMINGS, "Color": "Tone"})
    assert project.broken() == [
        "COLOR_VALUES meant HUE_VALUES, means TONE_VALUES",
        "Color meant Hue, means Tone",
    ]


# --- what is given up ----------------------------------------------------------------------------


def test_what_is_withdrawn_stays_on_record(project: Project) -> None:
    why = "The service never had it."
    project.edit(in_call("Note/properties/text", ...))
    project.revise(withdrawn={"Note.text": why, "NoteParam.text": why})
    assert project.regenerated()["withdrawn"] == {"Note.text": why, "NoteParam.text": why}
    project.revise(withdrawn={"Note.text": why})
    assert project.broken() == ["NoteParam.text was withdrawn, and no reason is left"]


def test_what_is_withdrawn_may_come_back(project: Project) -> None:
    project.edit(in_call("Note/properties/text", ...))
    project.revise(withdrawn={"Note.text": "Gone.", "NoteParam.text": "Gone."})
    project.regenerated()
    project.edit(in_call("Note/properties/text", STRING))
    assert project.refused() == "/withdrawn/Note.text: it is not gone"
    project.revise(withdrawn={})
    assert project.regenerated()["withdrawn"] == {}


def test_a_withdrawn_type_takes_its_members_along(project: Project) -> None:
    edits, broken = BROKEN["a member gone"]
    project.edit(*edits)
    gone = {name.partition(" ")[0]: "Not there." for name in broken if name.endswith(" is gone")}
    assert gone.keys() == {"BlobPart", "BlobPartParam"}
    project.revise(withdrawn=gone, changed={"Part": "It is gone.", "PartParam": "It is gone."})
    assert not [name for name in project.regenerated()["names"] if name.startswith("BlobPart")]


def test_a_change_is_accepted_once(project: Project) -> None:
    project.edit(in_call("Note/properties/text", {"type": "integer"}))
    why = "The service sends numbers."
    project.revise(changed={"Note.text": why})
    assert project.broken() == ["NoteParam.text takes int, took str"]
    project.revise(changed={"Note.text": why, "NoteParam.text": why})
    assert project.regenerated()["changed"] == {"Note.text": why, "NoteParam.text": why}

    project.edit(in_call("Note/properties/text", {"type": "boolean"}))
    assert project.broken() == [
        "Note.text takes bool | None, took int | None",
        "NoteParam.text takes bool, took int",
    ]
    why = "Or rather flags."
    project.revise(changed={"Note.text": why, "NoteParam.text": why})
    project.regenerated()
    project.revise(changed=...)
    assert project.regenerated()["changed"] == {}


@pytest.mark.parametrize(
    ("key", "entries", "says"),
    [
        ("aliases", {"Old": "Note"}, "/Old: names/2026-01-02.json never had that name: the alias"),
        ("aliases", {"Note.x": "Note.text"}, "/Note.x: names/2026-01-02.json never had that name"),
        ("aliases", {"part.Memo": "Note"}, "/part.Memo: names/2026-01-02.json never had that"),
        ("aliases", {"Old": "Gone"}, "/Old: there is no Gone"),
        ("aliases", {"Call": "Note"}, "/Call: Call is not gone"),
        ("aliases", {"Old": "Older", "Older": "Old"}, "/Old: there is no Older"),
        ("aliases", {"Old": "Old"}, "/Old: there is no Old"),
        ("aliases", {"call.Note": "Note"}, "/call.Note: Note is not gone"),
        ("aliases", {"gone.Note": "Note"}, "/gone.Note: there is no family gone"),
        ("aliases", {"part.Call": "Note"}, "/part.Call: Call is not gone"),
        ("aliases", {"UnknownPart": "Note"}, ": UnknownPart, once the name of Note, is taken"),
        ("aliases", {"Any": "Note"}, "/Any: 'Any' cannot name a type"),
        ("aliases", {"Note.text": "Note.next"}, "/Note.text: Note.text is not gone"),
        ("aliases", {"Note.x": "Note.y"}, "/Note.x: there is no Note.y"),
        ("aliases", {"Note.x": "Call.id"}, "/Note.x: a field's names are both of one object"),
        ("aliases", {"Note.x": "Note"}, "/Note.x: there is no Note"),
        ("aliases", {"Color.x": "Color.y"}, "/Color.x: a field's names are both of one object"),
        (
            "aliases",
            {"TextPart.type": "TextPart.text"},
            "/TextPart.type: TextPart.type is not gone",
        ),
        (
            "aliases",
            {"Note.extra_fields": "Note.text"},
            "/Note.extra_fields: names/2026-01-02.json",
        ),
        ("aliases", {"Note.x y": "Note.text"}, "/Note.x y: it must be the name of a type"),
        ("aliases", {"Note.x": "Note.text\n"}, "/Note.x: it must be the name of a type"),
        ("aliases", {"Note.x.y": "Note.text"}, "/Note.x.y: it must be the name of a type"),
        ("withdrawn", {"Note": "No."}, "/Note: it is not gone"),
        ("withdrawn", {"Note.next": "No."}, "/Note.next: it is not gone"),
        ("withdrawn", {"call.Note": "No."}, "/call.Note: it is not gone"),
        ("withdrawn", {"Memo": "No."}, "/Memo: names/2026-01-02.json never had that name: there"),
        ("withdrawn", {"Memo": ""}, "/Memo: it must be one printable line"),
        ("withdrawn", {"Memo": "a\nb"}, "/Memo: it must be one printable line"),
        ("withdrawn", {"x = 1": "No."}, "/x = 1: it must be a public name"),
        ("changed", {"Note": "No."}, "/Note: nothing that callers do with it changed"),
        ("changed", {"Memo": "No."}, "/Memo: nothing that callers do with it changed"),
    ],
)
def test_entries_that_say_nothing_true(
    key: str, entries: Json, says: str, project: Project
) -> None:
    project.revise(**{key: entries})
    assert project.refused().startswith(f"/{key}" + says)


# --- the snapshot itself --------------------------------------------------------------------------


def test_a_snapshot_that_is_missing(project: Project) -> None:
    project.names.unlink()
    assert project.run("check") == 1
    assert f"{project.names}: missing\n" in project.said()[0]
    project.regenerated()


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda s: s.replace('"Note.text": ', '"Note.lost": "field str",\n"Note.text": '), "gone"),
        (lambda s: s.replace('"field str', '"field st\\u001b[31mr', 1), "one printable line"),
        (lambda s: s.replace('"modules"', '"module"'), "the key is missing"),
        (lambda s: s[:-3], "not JSON"),
        (lambda s: s.replace('"Note.text"', '"Note text"'), "a public name"),
    ],
    ids=["edited", "terminal", "key", "cut", "name"],
)
def test_a_snapshot_that_is_wrong(edit: Callable[[str], str], says: str, project: Project) -> None:
    project.names.write_text(edit(project.names.read_text()))
    before = tree(project.folder)
    assert project.run("generate") == 2
    error = project.said()[1]
    assert says in error
    assert "\x1b" not in error
    assert tree(project.folder) == before


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return generate(SPEC)


@pytest.mark.parametrize("label", REVISIONS)
def test_the_snapshot_is_what_can_be_imported(label: str, files: dict[str, str]) -> None:
    """Read from the code, and the same as the imported modules and classes say of themselves."""
    package = import_module(f"gemini_interactions_types.v{label.replace('-', '_')}")
    assert Path(str(package.__file__)).is_relative_to(BINDINGS)
    found = public_names(files, label)
    assert set(found.modules["__init__"]) == set(package.__all__)
    for module, names in found.modules.items():
        holder = package if module == "__init__" else import_module(f"{package.__name__}.{module}")
        assert all(hasattr(holder, name) for name in names)
        for name in names:
            check_members(getattr(holder, name), name, found.names)


def check_members(value: Any, name: str, names: Any) -> None:
    """The fields or keys of a class, and which of them have to be given."""
    members = {n.partition(".")[2]: t for n, t in names.items() if n.startswith(f"{name}.")}
    if isinstance(value, type) and attrs.has(value) and names[name] == "class Model":
        fields = attrs.fields_dict(value)
        ours = {key: text for key, text in members.items() if text.startswith("field ")}
        assert ours.keys() == fields.keys() - {"extra_fields"}
        required = {key for key, field in fields.items() if field.default is attrs.NOTHING}
        assert {key for key, text in ours.items() if " = " not in text} == required
    elif names[name] == "dict":
        assert members.keys() == value.__annotations__.keys()
        required = {key for key, text in members.items() if text.startswith("key Required[")}
        annotations = {key: part.__forward_arg__ for key, part in value.__annotations__.items()}
        assert required == {k for k, text in annotations.items() if text.startswith("Required[")}


# --- annotations ----------------------------------------------------------------------------------

ALIASES = {"Part": "Text | Blob | UnknownPart", "Mode": "Literal['a', 'b'] | str"}


@pytest.mark.parametrize(
    ("wide", "narrow", "takes"),
    [
        ("str", "str", True),
        ("str", "int", False),
        ("float", "int", True),
        ("int", "float", False),
        ("Any", "dict[str, int]", True),
        ("str", "Any", False),
        ("str | None", "str", True),
        ("str", "str | None", False),
        ("int | str", "str | int", True),
        ("str", "Literal['a']", True),
        ("Literal['a']", "str", False),
        ("Literal['b', 'a']", "Literal['a', 'b']", True),
        ("Literal['a']", "Literal['a', 'b']", False),
        ("Required[str | int]", "str", True),
        ("str", "Required[str | int]", False),
        ("Sequence[str]", "list[str]", True),
        ("list[str]", "Sequence[str]", False),
        ("list[str | int]", "list[int]", True),
        ("list[int]", "list[str | int]", False),
        ("list[int]", "int", False),
        ("Mapping[str, Any]", "dict[str, int]", True),
        ("dict[str, int]", "dict[str, str]", False),
        ("Part", "Text", True),
        ("Part", "Text | Blob", True),
        ("Text | Blob", "Part", False),
        ("Blob | UnknownPart | Text", "Part", True),
        ("list[Part]", "list[Blob]", True),
        ("Part | None", "Other", False),
        ("Mode", "str", True),
        ("str", "Mode", True),
        ("Mode", "Literal['c']", True),
    ],
)
def test_what_an_annotation_takes(wide: str, narrow: str, takes: bool) -> None:
    assert Annotations(ALIASES).take(expression(wide), expression(narrow)) is takes
