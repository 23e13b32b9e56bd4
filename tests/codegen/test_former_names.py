"""What became of old names in the bindings: they work, and say what to write instead."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

from interactions_codegen.cli import main

from .conftest import Bind
from .golden import v2026_01_02 as golden
from .lab import MODULE, STRING, enum, member, mini, put, reference, rewrite_spec, write_spec

ROOT = Path(__file__).parent
HERE = str(Path(__file__))


def warned(found: list[warnings.WarningMessage]) -> set[str]:
    """What warnings say; all of them point at this file."""
    assert {(w.category, w.filename) for w in found} == {(DeprecationWarning, HERE)}
    return {str(w.message) for w in found}


# --- types --------------------------------------------------------------------------------------

PACKAGE = golden.__name__
TYPES = [
    ("", "Message", "Part"),
    ("", "UnknownMessage", "UnknownPart"),
    ("", "PlainPart", "TextPart"),
    ("", "UntaggedPlainPart", "UntaggedTextPart"),
    ("", "Phase", "Stage"),
    ("", "PHASE_VALUES", "STAGE_VALUES"),
    (".part", "Message", "Part"),
    (".part", "UntaggedPlainPart", "UntaggedTextPart"),
    (".word", "PHASE_VALUES", "STAGE_VALUES"),
    (".params", "MessageParam", "PartParam"),
    (".params", "PlainPartParam", "TextPartParam"),
]


@pytest.mark.parametrize(("module", "old", "new"), TYPES)
def test_an_old_name_is_the_new_one(module: str, old: str, new: str) -> None:
    holder = import_module(PACKAGE + module)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        value = getattr(holder, old)
    assert value is getattr(holder, new)
    name = PACKAGE + module
    assert warned(found) == {f"{name}.{old} is now {name}.{new}"}
    assert old not in holder.__all__


@pytest.mark.parametrize("name", ["Shape", "UnknownShape"])
def test_a_type_that_moved_is_found_where_it_was(name: str) -> None:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        value = getattr(golden.word, name)
    assert value is getattr(golden.part, name)
    assert warned(found) == {f"{PACKAGE}.word.{name} is now {PACKAGE}.part.{name}"}
    assert getattr(golden, name) is value


def test_an_old_name_can_be_imported() -> None:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        from .golden.v2026_01_02 import PlainPart
    assert PlainPart is golden.TextPart
    assert warned(found) == {f"{PACKAGE}.PlainPart is now {PACKAGE}.TextPart"}


@pytest.mark.parametrize("module", ["", ".part", ".params", ".word", ".call"])
def test_other_names_are_missing_as_ever(module: str) -> None:
    holder = import_module(PACKAGE + module)
    with pytest.raises(AttributeError) as error:
        holder.Parts  # noqa: B018
    assert str(error.value) == f"module {PACKAGE + module!r} has no attribute 'Parts'"
    assert error.value.name == "Parts"
    assert error.value.obj is holder
    assert not hasattr(holder, "__path__") or module == ""


# --- fields --------------------------------------------------------------------------------------


def test_an_old_field_is_read_and_written() -> None:
    part = golden.TextPart(text="a")
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        assert part.body == "a"
        part.body = "b"
    assert part.text == "b"
    assert len(found) == 2
    assert warned(found) == {"TextPart.body is now TextPart.text"}


def test_an_old_field_is_an_argument() -> None:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        part = golden.TextPart(body="a", notes=[])
    assert part == golden.TextPart(text="a", notes=[])
    assert warned(found) == {"TextPart.body is now TextPart.text"}


def test_readings_of_a_type_have_its_old_fields() -> None:
    part = golden.structure(golden.Part, {"text": "a"})
    assert isinstance(part, golden.UntaggedTextPart)
    with pytest.warns(DeprecationWarning, match=r"TextPart\.body is now TextPart\.text"):
        assert part.body == "a"
    with pytest.warns(DeprecationWarning, match=r"TextPart\.body is now TextPart\.text"):
        assert golden.UntaggedTextPart(body="a") == part


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_and_new_name_at_once() -> None:
    with pytest.raises(TypeError, match=re.escape("TextPart() takes 'text' or 'body', not both")):
        golden.TextPart(text="a", body="b")


def test_arguments_are_checked_as_ever() -> None:
    with pytest.raises(TypeError, match="'text'"):
        golden.TextPart()
    with pytest.raises(TypeError, match="'bodi'"):
        golden.TextPart(text="a", bodi="b")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("owner", "old", "new"),
    [
        ("Call", "phase", "stage"),
        ("CreateModelCall", "item_limit", "max_items"),
        ("Odd", "protocol_headers", "http_headers"),
        ("Secrets", "in_", "key"),
    ],
)
def test_old_fields_have_python_names(owner: str, old: str, new: str) -> None:
    """The golden spec renames them by their names on the wire: `itemLimit`, `in`."""
    value = getattr(golden, owner).__new__(getattr(golden, owner))
    setattr(value, new, "x")
    with pytest.warns(DeprecationWarning, match=rf"{owner}\.{old} is now {owner}\.{new}"):
        assert getattr(value, old) == "x"


def test_dicts_may_keep_old_keys() -> None:
    """A plain dict goes on the wire as it is: its old key stays known, and nothing is required."""
    limit = golden.params.CreateModelCallFields.__annotations__["itemLimit"]
    assert limit.__forward_arg__ == "int | None"
    assert "Required" not in golden.params.TextPartParam.__annotations__["text"].__forward_arg__
    assert golden.params.TextPartParam.__annotations__["body"].__forward_arg__ == "str"
    assert "in" in golden.params.SecretsParam.__annotations__


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_copies_do_not_care(protocol: int) -> None:
    """No old name is touched on the way: warnings are errors here."""
    part = golden.TextPart(text="a", notes=[golden.Note(text="n")])
    for twin in (
        pickle.loads(pickle.dumps(part, protocol)),
        copy.copy(part),
        copy.deepcopy(part),
        attrs.evolve(part),
        golden.structure(golden.Part, golden.unstructure(part)),
    ):
        assert twin == part
        assert type(twin) is golden.TextPart
    assert repr(part) == "TextPart(text='a', notes=[Note(text='n')])"
    assert [field.name for field in attrs.fields(golden.TextPart)] == [
        "extra_fields",
        "text",
        "notes",
    ]
    assert not hasattr(part, "__dict__")


def test_an_old_field_on_the_wire_is_unknown() -> None:
    """What arrives under an old name is what this revision does not know."""
    part = golden.structure(golden.TextPart, {"type": "text", "text": "a", "body": "b"})
    assert (part.text, part.extra_fields) == ("a", {"body": "b"})


def test_no_alias_no_trace(bind: Bind) -> None:
    """A revision without aliases pays nothing."""
    package: Any = bind(mini())
    for module in (
        package,
        package.call,
        package.part,
        import_module(f"{package.__name__}.params"),
    ):
        assert isinstance(module, ModuleType)
        assert not hasattr(module, "__getattr__")
        assert "TYPE_CHECKING" not in Path(str(module.__file__)).read_text()
    assert f"{package.__name__.partition('.')[0]}._support.former" not in sys.modules


# --- all the way ---------------------------------------------------------------------------------

PROGRAM = f"""
import bindings.{MODULE} as api
from bindings.{MODULE} import TextPart
from bindings.{MODULE}.params import TextPartParam

part = TextPart(text="a")
assert isinstance(part, api.ProsePart)
assert part.text == part.body == "a"
assert api.unstructure(part) == {{"type": "text", "body": "a"}}
assert api.structure(api.Part, {{"type": "text", "body": "a"}}) == part
assert api.COLOR_VALUES == ("red", "green")
try:
    api.Color_
except AttributeError:
    print("done")
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", *options, "program.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_program_survives_a_renaming(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents, spec = mini(), tmp_path / "spec"
    command = ["generate", "--spec", str(spec), "--out", str(tmp_path / "bindings")]
    write_spec(documents, spec)
    assert main(command) == 0
    (tmp_path / "program.py").write_text(PROGRAM)

    for name, definitions in (("part.json", "ProsePart"), ("call.json", "Hue")):
        old = {"ProsePart": "TextPart", "Hue": "Color"}[definitions]
        put(documents, name, f"/$defs/{definitions}", documents[name]["$defs"].pop(old))
    put(documents, "call.json", "/$defs/Call/properties/color", reference("Hue"))
    put(documents, "call.json", "/$defs/Hue", enum("red", "green"))
    put(documents, "part.json", "/$defs/ProsePart", member("text", {"body": STRING}, "body"))
    put(documents, "part.json", "/$defs/Part/oneOf/0", reference("ProsePart"))
    mapping = "/$defs/Part/discriminator/mapping/text"
    put(documents, "part.json", mapping, "#/$defs/ProsePart")
    omitted = "/deviations/0/treatment/fields"
    put(documents, "deviations.json", omitted, {"ProsePart": ["body"]})
    rewrite_spec(documents, spec)
    assert main(command) == 2
    assert "  TextPart is gone\n" in capsys.readouterr().err

    aliases = {"TextPart": "ProsePart", "ProsePart.text": "ProsePart.body", "Color": "Hue"}
    put(documents, "revision.json", "/aliases", aliases)
    rewrite_spec(documents, spec)
    assert main(command) == 0

    done = run(tmp_path)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    prefix = f"bindings.{MODULE}"
    assert re.findall(r"program.py:(\d+): DeprecationWarning: (.*)", done.stderr) == [
        ("3", f"{prefix}.TextPart is now {prefix}.ProsePart"),
        ("4", f"{prefix}.params.TextPartParam is now {prefix}.params.ProsePartParam"),
        ("6", "ProsePart.text is now ProsePart.body"),
        ("8", "ProsePart.text is now ProsePart.body"),
        ("11", f"{prefix}.COLOR_VALUES is now {prefix}.HUE_VALUES"),
    ]
    strict = run(tmp_path, "-W", "error::DeprecationWarning")
    assert strict.returncode == 1
    assert strict.stderr.endswith(f"{prefix}.TextPart is now {prefix}.ProsePart\n")
