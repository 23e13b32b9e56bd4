"""A new revision in one command: all of it, checked, or nothing."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from attrs import frozen

from interactions_codegen.bump import Bump, next_version
from interactions_codegen.cli import bump as command
from interactions_codegen.cli import main
from interactions_codegen.openapi.exporting import openapi_of
from interactions_codegen.source import load
from interactions_codegen.transaction import STAGING, Transaction, settle

from .faults import (
    DONE,
    KILLED,
    REFUSED,
    Fault,
    State,
    ends,
    litter,
    operations,
    started,
    state,
    with_fault,
)
from .lab import REPOSITORY

Json = Any
NEW = "2026-06-01"
SMALL = Path(__file__).parent / "openapi" / "base"
SMALL_LABEL = "2026-01-02"
CACHES = shutil.ignore_patterns("__pycache__")


class Repository:
    """A tree with a spec and what it gives, and a document of its next revision."""

    def __init__(self, folder: Path, document: Json) -> None:
        self.folder = folder
        self.document = folder.with_name(f"{folder.name}-next.json")
        self.document.write_text(json.dumps(document))

    def run(self, name: str, *arguments: str) -> int:
        spec, out = self.folder / "spec", self.folder / "generated" / "bindings"
        return main([name, *arguments, "--spec", str(spec), "--out", str(out)])

    def bump(self, *arguments: str) -> int:
        return self.run("bump", str(self.document), "--revision", NEW, *arguments)

    def state(self) -> State:
        return state(self.folder)

    def copy(self, folder: Path) -> Repository:
        shutil.copytree(self.folder, folder)
        return Repository(folder, json.loads(self.document.read_text()))


def next_of(label: str, spec: Path) -> Json:
    """The document of a revision, as others would write it."""
    return plain(openapi_of(load(spec / label)))


def plain(value: Json) -> Json:
    """Without our extensions and our words."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: plain(item)
        for key, item in value.items()
        if not key.startswith("x-") and not (key == "description" and isinstance(item, str))
    }


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """This repository, and a document with something new of every kind, and something gone."""
    folder = tmp_path_factory.mktemp("real") / "tree"
    for name in ("spec", "docs", "runtime"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=CACHES)
    shutil.copy(REPOSITORY / "README.md", folder)
    (folder / "docs" / "both.md").write_text(f"Of 2026-05-20 and {NEW}.")
    bindings = REPOSITORY / "generated" / "gemini_interactions_types"
    shutil.copytree(bindings, folder / "generated" / "bindings", ignore=CACHES)
    document = next_of("2026-05-20", folder / "spec")
    schemas = document["components"]["schemas"]
    schemas["TextContent"]["properties"]["language"] = {"type": "string"}
    schemas["InteractionStatus"]["enum"] += ["paused", "text"]  # the runtime has the second word
    add_member(schemas, "Event", "event_type", "step.paused", "StepPaused")
    add_member(schemas, "Step", "type", "dream", "DreamStep")
    del schemas["Usage"]["properties"]["total_thought_tokens"]
    return Repository(folder, document)


def add_member(schemas: Json, union: str, tag: str, value: str, name: str) -> None:
    schemas[name] = {
        "type": "object",
        "properties": {tag: {"const": value}, "reason": {"type": "string"}},
        "required": [tag],
    }
    reference = f"#/components/schemas/{name}"
    schemas[union]["oneOf"].append({"$ref": reference})
    schemas[union]["discriminator"]["mapping"][value] = reference


@pytest.fixture(scope="module")
def small_one(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    folder = tmp_path_factory.mktemp("small") / "tree"
    shutil.copytree(SMALL, folder / "spec")
    (folder / "docs").mkdir()
    (folder / "docs" / "usage.md").write_text(f"Made for {SMALL_LABEL}.\n")
    document = next_of(SMALL_LABEL, folder / "spec")
    name = next(name for name, s in document["components"]["schemas"].items() if "properties" in s)
    document["components"]["schemas"][name]["properties"]["extra"] = {"type": "string"}
    repository = Repository(folder, document)
    assert repository.run("generate") == 0
    assert repository.run("check") == 0
    return repository


@pytest.fixture
def small(small_one: Repository, tmp_path: Path) -> Repository:
    return small_one.copy(tmp_path / "tree")


# --- what it does --------------------------------------------------------------------------------


@frozen
class Bumped:
    """A tree after its bump, what was put in place there, and what was said."""

    tree: Repository
    made: Bump
    out: str
    err: str


def bumped(repository: Repository, folder: Path) -> Bumped:
    tree, out, err = repository.copy(folder / "tree"), io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        made = kept(patch)
        assert tree.bump() == 0
    return Bumped(tree, made[0], out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def real_bumped(real: Repository, tmp_path_factory: pytest.TempPathFactory) -> Bumped:
    return bumped(real, tmp_path_factory.mktemp("real-bumped"))


@pytest.fixture(scope="module")
def small_bumped(small_one: Repository, tmp_path_factory: pytest.TempPathFactory) -> Bumped:
    return bumped(small_one, tmp_path_factory.mktemp("small-bumped"))


def kept(monkeypatch: pytest.MonkeyPatch) -> list[Bump]:
    """Where the command leaves what it is going to put in place."""
    made: list[Bump] = []
    prepared = command.prepared

    def keeping(*arguments: Any) -> Bump:
        made.append(prepared(*arguments))
        return made[-1]

    monkeypatch.setattr(command, "prepared", keeping)
    return made


def test_the_real_tree(real: Repository, real_bumped: Bumped) -> None:
    before, after = real.state(), real_bumped.tree.state()
    assert real_bumped.tree.run("check") == 0
    assert litter(real_bumped.tree.folder) == []
    new = {name for name in after if name not in before and not name.startswith("generated/")}
    assert new >= {f"spec/{NEW}/event.json", f"spec/names/{NEW}.json", f"docs/changes/{NEW}.md"}
    assert before.keys() <= after.keys()
    assert {name for name in before if before[name] != after[name]} == {
        "generated/bindings/__init__.py",
        "generated/bindings/MANIFEST.json",
        "docs/changes/README.md",
    }
    assert real_bumped.err.count("\n") == 3
    assert_account(real_bumped.out)
    assert_bindings(imported(real_bumped.tree.folder / "generated" / "bindings"))


def assert_account(text: str) -> None:
    for line in (
        f"2026-05-20 -> {NEW}: major (what reads responses or sends requests has to change)",
        "This asks for version 0.2.0 at least.",
        "     TextContent.language",
        "     StepPaused: event: with the other members of Event",
        "     Usage.total_thought_tokens: gone, was integer (for readers, strict readers)",
        "     Event step.paused",
        "     InteractionStatus paused",
        "     Step dream",
        "     runtime/gemini_interactions/aio/client.py",
        "     runtime/gemini_interactions/cli/demo.py",
        "  interactions-codegen generate && interactions-codegen check",
    ):
        assert line in text.splitlines()
    for wrong in ("InteractionStatus text", "docs/both.md"):
        assert wrong not in text
    for title in ("what breaks programs (1)", "no module of it names these (3)"):
        assert f"{title}:\n" in text
    numbers = [line.partition(".")[0] for line in text.splitlines() if line[:1].isdigit()][2:]
    assert numbers == [str(n + 1) for n in range(len(numbers))]


def assert_bindings(bindings: ModuleType) -> None:
    assert bindings.LATEST == NEW
    api = bindings.load(NEW)
    event = api.structure(api.Event, {"event_type": "step.paused", "reason": "lunch"})
    assert isinstance(event, api.StepPaused)
    assert event.reason == "lunch"
    assert api.TextContent(text="a", language="de").language == "de"
    assert "paused" in api.INTERACTION_STATUS_VALUES
    assert bindings.load("2026-05-20").Event is not api.Event


def imported(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bumped_{os.getpid()}", folder / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_dry_run_writes_nothing(small: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    before = small.state()
    assert small.bump("--dry-run") == 0
    assert small.state() == before
    assert litter(small.folder) == []
    shown = capsys.readouterr().out
    assert small.bump() == 0
    done = capsys.readouterr().out
    head = done.partition("\n\nNext: ")[0]
    assert shown == f"{head}\n\nNothing is written: without --dry-run it is.\n"


def test_without_changelogs_and_without_docs(small: Repository) -> None:
    shutil.rmtree(small.folder / "docs")
    assert small.bump() == 0
    assert small.run("check") == 0
    assert not (small.folder / "docs").exists()


def test_the_same_again(small: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """--force with the same document gives the same tree, but for words written since."""
    assert small.bump() == 0
    after = small.state()
    assert small.bump() == 2
    assert f"{small.folder / 'spec' / NEW} is there already: --force" in capsys.readouterr().err
    assert small.state() == after
    assert small.bump("--force") == 0
    assert small.state() == after


def test_a_document_from_standard_input(
    small: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = io.BytesIO(small.document.read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    assert small.run("bump", "-", "--revision", NEW) == 0
    assert capsys.readouterr().out.startswith(f"{NEW} of <stdin>, on the base of {SMALL_LABEL}\n")


def test_the_report_as_a_file(small: Repository, tmp_path: Path) -> None:
    assert small.bump("--report", str(tmp_path / "report.json")) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["revision"], report["base"]) == (NEW, SMALL_LABEL)


@pytest.mark.parametrize(
    ("version", "verdict", "expected"),
    [
        ("0.1.0", "major", "0.2.0"),
        ("0.1.3", "minor", "0.1.4"),
        ("0.1.3", "patch", "0.1.4"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3rc1", "minor", "1.3.0"),
    ],
)
def test_the_version_rule(version: str, verdict: Any, expected: str) -> None:
    assert next_version(version, verdict) == expected


# --- killed --------------------------------------------------------------------------------------


@pytest.fixture
def made_beforehand(small_bumped: Bumped, monkeypatch: pytest.MonkeyPatch) -> State:
    """Have the command put in place what it made once, so that only that is left to be killed;
    the tree as it should be then."""
    monkeypatch.setattr(command, "prepared", lambda *arguments: small_bumped.made)
    return small_bumped.tree.state()


def kills(
    repository: Repository, folder: Path, moments: Callable[[int], list[int]]
) -> Iterator[tuple[Repository, State]]:
    """Trees in which a bump was killed, each with what is to be seen there before anyone settles;
    a tree that was left as it was is used again."""
    old, numbers = repository.state(), 0
    tree = repository.copy(folder / "counted")
    for at in moments(operations(tree.folder, tree.bump)):
        if numbers == 0 or tree.state() != old:
            numbers += 1
            tree = repository.copy(folder / f"tree-{numbers}")
        assert with_fault(tree.folder, tree.bump, at) == KILLED
        yield tree, tree.state()


def test_killed_at_200_random_moments(
    small: Repository, made_beforehand: State, tmp_path: Path
) -> None:
    old, new = small.state(), made_beforehand
    chosen = random.Random(20260601)
    ended, mixed = {"old": 0, "new": 0}, 0
    for tree, seen in kills(small, tmp_path, lambda n: chosen.sample(range(1, n + 1), 200)):
        mixed += seen not in (old, new)
        settle(tree.folder / "spec")
        after = tree.state()
        assert after in (old, new)
        assert litter(tree.folder) == []
        ended["old" if after == old else "new"] += 1
    assert sum(ended.values()) == 200
    assert all(ended.values())
    assert 0 < mixed < 20  # only while the targets are renamed, one after the other


def test_killed_in_the_real_tree(
    real: Repository, real_bumped: Bumped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after is the same command again: it settles before it does anything."""
    monkeypatch.setattr(command, "prepared", lambda *arguments: real_bumped.made)
    old, new = real.state(), real_bumped.tree.state()
    chosen = random.Random(20260602)
    for tree, _ in kills(real, tmp_path, lambda n: chosen.sample(range(1, n + 1), 8)):
        assert settle(tree.folder / "generated" / "bindings") is True
        assert tree.state() in (old, new)
        assert tree.bump("--force") == 0
        assert tree.state() == new
        assert litter(tree.folder) == []


def killed_after(renames: int, home: Path) -> Callable[[str], None]:
    """Kills when a transaction of several targets is under way and has done so many of them."""
    seen = 0

    def happen(kind: str) -> None:
        nonlocal seen
        seen += (home / STAGING / "journal.json").exists() and kind == "os.rename"
        if seen > renames:
            os.kill(os.getpid(), signal.SIGKILL)

    return happen


@pytest.mark.parametrize("renames", [0, 2])
@pytest.mark.parametrize("name", ["check", "generate", "import", "bump"])
def test_any_command_settles(
    name: str,
    renames: int,
    small: Repository,
    made_beforehand: State,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is new yet, or half of it: the next command is the one to finish that."""
    old, new = small.state(), made_beforehand
    assert ends(small.folder, small.bump, killed_after(renames, small.folder)) == KILLED
    monkeypatch.undo()
    assert (small.state() == old) == (renames == 0)
    assert small.state() != new
    if name in ("check", "generate"):
        assert small.run(name) == 0
    else:  # there it is: the revision that the killed run had begun to put in place
        document, spec = os.fspath(small.document), os.fspath(small.folder / "spec")
        assert main([name, document, "--revision", NEW, "--spec", spec, *out_of(name, small)]) == 2
    assert small.state() == new
    assert litter(small.folder) == []


def test_what_another_home_has_left(small: Repository) -> None:
    """A run that was killed inside the spec alone is settled before anything is read there."""
    spec = small.folder / "spec"
    files = [spec / SMALL_LABEL / name for name in ("content.json", "error.json")]
    old, new = '"description": "', '"description": "Now: '

    def describe() -> None:
        with Transaction(spec) as together:
            for path in files:
                together.put(path, path.read_text().replace(old, new))

    assert ends(spec, describe, killed_after(2, spec)) == KILLED
    assert [new in path.read_text() for path in files] == [True, False]
    assert small.bump() == 0
    assert small.run("check") == 0
    assert [new in path.read_text() for path in files] == [True, True]
    assert new in (spec / NEW / "error.json").read_text()
    assert litter(small.folder) == []


def test_bindings_inside_the_spec(small: Repository) -> None:
    shutil.rmtree(small.folder / "docs")
    shutil.move(small.folder / "generated" / "bindings", small.folder / "spec" / "bindings")
    document, spec = os.fspath(small.document), small.folder / "spec"
    where = ["--spec", os.fspath(spec), "--out", os.fspath(spec / "bindings")]
    assert main(["bump", document, "--revision", NEW, *where]) == 0
    assert main(["check", *where]) == 0


def out_of(name: str, tree: Repository) -> list[str]:
    return ["--out", os.fspath(tree.folder / "generated" / "bindings")] if name == "bump" else []


# --- refused or failing --------------------------------------------------------------------------


@pytest.fixture
def fails(
    small: Repository, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[str, str]]]:
    """Run a bump that is refused: its message, and what else was said on the way."""
    before = small.state()

    def run(*arguments: str) -> tuple[str, str]:
        capsys.readouterr()
        assert small.bump(*arguments) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        steps, _, message = captured.err.rpartition("interactions-codegen: ")
        return message.rstrip("\n"), steps

    yield run
    assert small.state() == before
    assert litter(small.folder) == []


Fails = Callable[..., tuple[str, str]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "next.json#: there is nothing in it"),
        (b"openapi: 3.1.0", "next.json#: not JSON: "),
        (b"\xff", "next.json#: not UTF-8: byte 0"),
        (b"[]", "next.json#: an OpenAPI document is an object"),
        (b"{}", "next.json#/openapi: there is no such key"),
        (b'{"openapi": "3.1.0", "paths": {}}', "next.json#/paths: "),
    ],
)
def test_no_document_of_interactions(
    content: bytes, problem: str, small: Repository, fails: Fails
) -> None:
    small.document.write_bytes(content)
    message, _ = fails()
    assert problem in message
    assert "\n" not in message


def test_no_document_at_all(small: Repository, fails: Fails) -> None:
    small.document.unlink()
    assert fails()[0] == f"{small.document}: No such file or directory"


def test_a_schema_that_cannot_be_placed(small: Repository, fails: Fails, tmp_path: Path) -> None:
    """The report has all of them; it is written though nothing else is."""
    bend(small, lambda schemas: first(schemas)["properties"].update(odd={"patternProperties": {}}))
    message, said = fails("--report", str(tmp_path / "report.json"))
    assert "/properties/odd" in message
    assert "Could not be placed (1):" in said
    assert len(json.loads((tmp_path / "report.json").read_text())["could_not_place"]) == 1


def test_a_schema_that_the_generator_refuses(small: Repository, fails: Fails) -> None:
    bend(small, lambda schemas: first(schemas)["properties"].update({"no name": {}}))
    assert "no name" in fails()[0]


def bend(repository: Repository, change: Callable[[Json], object]) -> None:
    document = json.loads(repository.document.read_text())
    change(document["components"]["schemas"])
    repository.document.write_text(json.dumps(document))


def first(schemas: Json) -> Json:
    return next(schema for schema in schemas.values() if "extra" in schema.get("properties", {}))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--revision", "latest"], "'latest' cannot name a revision: give a date"),
        (["--revision", "2026-13-01"], "'2026-13-01' cannot name a revision: give a date"),
        (["--revision", SMALL_LABEL], "is there already: --force replaces it"),
        (["--base", "2020-01-01"], "holds no revision '2020-01-01' to be the base"),
        (["--base", "../spec"], "holds no revision '../spec' to be the base"),
    ],
)
def test_wrong_labels(arguments: list[str], problem: str, fails: Fails) -> None:
    assert problem in fails(*arguments)[0]


@pytest.mark.parametrize("name", [f"spec/{NEW}/notes.txt", "docs/changes/notes.md"])
def test_files_that_are_not_ours(
    name: str, small: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert small.bump() == 0
    (small.folder / name).write_text("Ten years of work.")
    before = small.state()
    assert small.bump("--force") == 2
    folder, _, file = name.rpartition("/")
    said = f"{small.folder / folder} holds files that are not ours: {file}\n"
    assert capsys.readouterr().err.endswith(said)
    assert small.state() == before
    assert litter(small.folder) == []


def test_bindings_that_are_not_ours(small: Repository) -> None:
    (small.folder / "generated" / "bindings" / "MANIFEST.json").unlink()
    before = small.state()
    assert small.bump() == 2
    assert small.state() == before
    assert litter(small.folder) == []


def test_a_promise_that_would_be_broken(
    small: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first import of a revision may name as it likes; the second is held to that."""
    assert small.bump() == 0
    before = small.state()
    bend(small, lambda schemas: first(schemas)["properties"].pop("extra"))
    capsys.readouterr()
    assert small.bump("--force") == 2
    assert f"public names of {NEW} would break:" in capsys.readouterr().err
    assert small.state() == before
    assert litter(small.folder) == []


def test_what_does_not_pass_check(fails: Fails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions_codegen.bump.findings", lambda *places: ["x.py: missing"])
    assert fails()[0] == "what was made does not pass `check`:\nx.py: missing"


def test_another_run_at_work(small: Repository, fails: Fails) -> None:
    reading, writing = os.pipe()

    def waits() -> None:
        with Transaction(small.folder):
            os.write(writing, b"locked")
            signal.pause()

    with started(small.folder, waits) as pid:
        os.close(writing)
        assert os.read(reading, 10) == b"locked"
        message, said = fails()
        os.kill(pid, signal.SIGKILL)
    os.close(reading)
    assert message == f"another run is at work in {small.folder}: wait for its end"
    assert said == ""  # before any work is done
    settle(small.folder)


@pytest.mark.parametrize("fault", ["once", "full"])
def test_a_disk_that_is_full_or_failing(
    fault: Fault, small: Repository, made_beforehand: State, tmp_path: Path
) -> None:
    """At operations all along the way; some of the last fail when all is done."""
    old, new = small.state(), made_beforehand
    tree = small.copy(tmp_path / "counted")
    total = operations(tree.folder, tree.bump)
    tree = small.copy(tmp_path / "first")
    refused = 0
    for at in range(1, total, 7):
        ended = with_fault(tree.folder, tree.bump, at, fault)
        settle(tree.folder)
        assert litter(tree.folder) == []
        assert tree.state() == (old if ended == REFUSED else new)
        refused += ended == REFUSED
        if ended == DONE:
            tree = small.copy(tmp_path / f"tree-{at}")
    assert refused > 10


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_the_temporary_folder_may_lie_inside(
    arguments: list[str], small: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small.folder / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", os.fspath(small.folder / "tmp"))
    assert small.bump(*arguments) == 0
    assert list((small.folder / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("file", "arguments"),
    [("docs/report.json", []), ("../report.json", []), ("report.json", ["--dry-run"])],
)
def test_a_report_beside_what_changes(
    file: str, arguments: list[str], small: Repository, tmp_path: Path
) -> None:
    assert small.bump("--report", os.fspath(small.folder / file), *arguments) == 0
    assert json.loads((small.folder / file).read_text())["revision"] == NEW
    (small.folder / file).unlink()
    bend(small, lambda schemas: first(schemas)["properties"].update(odd={"patternProperties": {}}))
    assert small.bump("--force", "--report", os.fspath(small.folder / file)) == 2
    assert len(json.loads((small.folder / file).read_text())["could_not_place"]) == 1


def test_a_report_that_cannot_be_written(small: Repository, fails: Fails) -> None:
    assert fails("--report", os.fspath(small.document / "below"))[0].endswith("Not a directory")


def test_the_spec_of_an_installed_package_is_not_changed(
    small: Repository, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interactions_codegen.cli.import_.PACKAGED", small.folder / "spec")
    assert fails()[0] == "there is no spec folder here: give the one to add to with --spec"
