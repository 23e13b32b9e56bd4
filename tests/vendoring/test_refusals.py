"""What cannot be vendored is refused in one clear message, with exit code 2; nothing changes."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Vendor, tree

REPOSITORY = Path(__file__).parents[2]
TYPES = ("--types-only", "--revisions", "2025-12-11")


def record(folder: Path) -> Path:
    return folder / "VENDORED.json"


def file_instead(folder: Path) -> None:
    folder.write_text("a file", "utf-8")


def link_instead(folder: Path) -> None:
    (folder.parent / "real").mkdir()
    folder.symlink_to(folder.parent / "real")


def dangling_link(folder: Path) -> None:
    folder.symlink_to(folder.parent / "nowhere")


def foreign_file(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.py").write_text("mine = True\n", "utf-8")


def foreign_folder(folder: Path) -> None:
    (folder / "mine").mkdir(parents=True)


@pytest.mark.parametrize(
    ("prepare", "problem"),
    [
        (file_instead, "is no folder"),
        (link_instead, "is a symbolic link"),
        (dangling_link, "is a symbolic link"),
        (foreign_file, "holds files that are not ours"),
        (foreign_folder, "holds files that are not ours"),
    ],
)
def test_destinations(
    place: Path, vendor: Vendor, prepare: Callable[[Path], None], problem: str
) -> None:
    prepare(place / "api")
    before = tree(place)
    for force in ([], ["--force"]):
        ended = vendor(place / "api", "--package", "place.api", *TYPES, *force)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith(f"interactions-codegen: {place / 'api'} {problem}")
        assert tree(place) == before


@pytest.mark.parametrize(
    "package",
    ["", ".", "place..api", "place.class", "place.a-b", "1place.api", "place/api", "place.api."],
)
def test_names_that_no_package_can_have(place: Path, vendor: Vendor, package: str) -> None:
    ended = vendor(place / "api", "--package", package, *TYPES)
    assert (ended.code, ended.out) == (2, "")
    assert "cannot name a package" in ended.err or "--package" in ended.err
    assert tree(place) == {}


@pytest.mark.parametrize("package", ["other.api", "place.other", "api.place", "x.place.api"])
def test_names_that_contradict_the_folder(place: Path, vendor: Vendor, package: str) -> None:
    ended = vendor(place / "api", "--package", package, *TYPES)
    assert ended.code == 2
    assert f"its path would have to end in {package.replace('.', os.sep)}" in ended.err
    assert tree(place) == {}


def test_our_own_name(place: Path, vendor: Vendor) -> None:
    folder = place / "gemini_interactions"
    ended = vendor(folder, "--package", "gemini_interactions", *TYPES)
    assert ended.code == 2
    assert "is our own name" in ended.err
    assert tree(place) == {}


@pytest.mark.parametrize(
    "inside",
    [
        *("runtime/api", "runtime/gemini_interactions/testing/api", "generated/api", "api"),
        *("codegen/interactions_codegen/support/api", "spec/api", "tests/api", ".git/api"),
    ],
)
def test_our_own_tree(vendor: Vendor, inside: str) -> None:
    folder = REPOSITORY / inside
    ended = vendor(folder, "--package", "api", *TYPES)
    assert ended.code == 2
    assert "is inside our own source tree" in ended.err
    assert not folder.exists()


@pytest.mark.parametrize("revisions", ["2026-05-21", "2025-12-11,latest", "v2025_12_11", "", ","])
def test_revisions_that_are_not(place: Path, vendor: Vendor, revisions: str) -> None:
    ended = vendor(place / "api", "--package", "place.api", f"--revisions={revisions}")
    assert ended.code == 2
    assert "revision" in ended.err
    assert tree(place) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--check", "--update"],
        ["--check", "--package", "place.api"],
        ["--update", "--revisions", "2025-12-11"],
        ["--check", "--types-only"],
        ["--check", "--force"],
    ],
)
def test_options_that_do_not_go_together(place: Path, vendor: Vendor, arguments: list[str]) -> None:
    assert vendor(place / "api", *arguments).code == 2
    assert tree(place) == {}


# --- a copy whose record says what cannot be ----------------------------------------------------


def said(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = json.loads(record(folder).read_text("utf-8"))
        record(folder).write_text(json.dumps({**content, **changes}), "utf-8")

    return change


def holds(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        record(folder).write_text(text, "utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda folder: record(folder).unlink(), "it has no VENDORED.json"),
        (holds(""), "not JSON"),
        (holds("[]"), "it must be an object"),
        (holds('{"version": "0.0.1"}'), "the key is missing"),
        (holds('{"version": "0.0.1", "version": "0.0.1"}'), "twice"),
        (said(version="99.0", more=1), "of version 99.0, newer than this one"),
        (said(more=1), "there is no such key"),
        (said(mode="half"), "it must be 'full' or 'types-only'"),
        (said(revisions=[]), "it must be an array of 1 or more"),
        (said(files={"../../x": "0" * 64}), "it must be a path inside the copy"),
        (said(files={"/x": "0" * 64}), "it must be a path inside the copy"),
        (said(package="place.other"), "its path would have to end in"),
        (said(package="pl ace"), "the name of a package"),
    ],
)
@pytest.mark.parametrize("arguments", [["--check"], ["--update"], ["--update", "--force"]])
def test_records(
    place: Path,
    vendor: Vendor,
    change: Callable[[Path], None],
    problem: str,
    arguments: list[str],
) -> None:
    copy = place / "api"
    assert vendor(copy, "--package", "place.api", *TYPES).code == 0
    change(copy)
    before = tree(place)
    ended = vendor(*arguments, copy)
    assert (ended.code, ended.out) == (2, "")
    assert problem in ended.err
    assert ended.err.count("\n") == 1
    assert tree(place) == before


def test_a_revision_that_is_gone(place: Path, vendor: Vendor) -> None:
    copy = place / "api"
    assert vendor(copy, "--package", "place.api", *TYPES).code == 0
    said(revisions=["2020-01-01"])(copy)
    for task in ("--check", "--update"):
        ended = vendor(task, copy)
        assert ended.code == 2
        assert "there is no revision '2020-01-01'" in ended.err


@pytest.mark.parametrize("prepare", [file_instead, foreign_file, link_instead, lambda _: None])
@pytest.mark.parametrize("task", ["--check", "--update"])
def test_what_is_no_copy(
    place: Path, vendor: Vendor, prepare: Callable[[Path], None], task: str
) -> None:
    prepare(place / "api")
    before = tree(place)
    ended = vendor(task, place / "api")
    assert ended.code == 2
    assert str(place / "api") in ended.err
    assert tree(place) == before


# --- the system refuses -------------------------------------------------------------------------

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
COMMAND = [sys.executable, "-m", "interactions_codegen", "vendor"]
BOUND = ["setpriv", "--bounding-set=-dac_override"]
"""Root may write anywhere, unless this is taken away."""


@pytest.mark.parametrize("exists", [False, True])
def test_without_permission_to_write(place: Path, vendor: Vendor, exists: bool) -> None:
    copy = place / "api"
    if exists:
        assert vendor(copy, "--package", "place.api", *TYPES).code == 0
    before = tree(place)
    arguments = ["--update"] if exists else ["--package", "place.api", *TYPES]
    bound = BOUND if os.geteuid() == 0 else []
    if bound and shutil.which(bound[0]) is None:
        pytest.skip("this is root, who may write anywhere")
    place.chmod(0o555)
    command = [*bound, *COMMAND, str(copy), *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    place.chmod(0o755)
    assert done.returncode == 2, done.stderr
    assert done.stderr.endswith(": Permission denied\n")
    assert tree(place) == before


def test_a_full_disk(place: Path) -> None:
    """A file system of 800 kB, where this process may make one of its own."""
    copy, here = place / "api", place.parent
    run = shlex.join([*COMMAND, str(copy), "--package", "place.api", "--types-only"])
    sums = f"find {place} -type f | sort | xargs sha256sum"
    script = f"""
set -e
mount -t tmpfs -o size=800k none {place}
touch mounted
{run} --revisions 2025-12-11
{sums} > before
set +e
{run} 2> said
echo $? > code
{sums} > after
find {place} -mindepth 1 -maxdepth 1 > left
"""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    if shutil.which(command[0]) is None:
        pytest.skip("no file system of our own")
    done = subprocess.run(
        command, cwd=here, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if not (here / "mounted").exists():
        pytest.skip(f"no file system of our own: {done.stderr}")
    assert done.returncode == 0, done.stderr
    assert (here / "code").read_text("utf-8") == "2\n"
    assert (here / "said").read_text("utf-8").endswith(f": {os.strerror(errno.ENOSPC)}\n")
    assert (here / "before").read_bytes() == (here / "after").read_bytes() != b""
    assert (here / "left").read_text("utf-8") == f"{copy}\n"


# --- our own packages are not what they should be -----------------------------------------------


def older_runtime(checkout: Path) -> None:
    path = checkout / "runtime" / "gemini_interactions" / "__init__.py"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'(__version__.*)".*"', r'\1"0.0.1"', text), "utf-8")


def older_bindings(checkout: Path) -> None:
    path = checkout / "generated" / "gemini_interactions_types" / "MANIFEST.json"
    content = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**content, "generator": "0.0.1"}), "utf-8")


def no_bindings(checkout: Path) -> None:
    shutil.rmtree(checkout / "generated")


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (older_runtime, "gemini_interactions is of version 0.0.1"),
        (older_bindings, "gemini_interactions_types is of version 0.0.1"),
        (no_bindings, "gemini_interactions_types is not beside the generator"),
    ],
)
def test_packages_that_do_not_belong_together(
    place: Path, tmp_path: Path, spoil: Callable[[Path], None], problem: str
) -> None:
    checkout = tmp_path / "checkout"
    for folder in ("codegen", "generated", "runtime"):
        shutil.copytree(REPOSITORY / folder, checkout / folder)
    spoil(checkout)
    environment = {**ENVIRONMENT, "PYTHONPATH": str(checkout / "codegen")}
    command = [*COMMAND, str(place / "api"), "--package", "place.api"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert problem in done.stderr
    assert tree(place) == {}
