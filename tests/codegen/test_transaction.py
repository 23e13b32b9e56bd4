"""All of it new, or all as it was: killed and failing at every operation, alone and crowded."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from interactions_codegen import exchange, transaction
from interactions_codegen.errors import CodegenError
from interactions_codegen.transaction import STAGING, Transaction, replace_tree, settle

from .faults import (
    DONE,
    KILLED,
    REFUSED,
    Fault,
    State,
    ends,
    killed_everywhere,
    litter,
    operations,
    started,
    state,
    with_fault,
)
from .lab import REPOSITORY

Change = Callable[[Path], None]

OLD: State = {
    "bindings": None,
    "bindings/part": None,
    "bindings/part/a.py": b"old a",
    "bindings/b.py": b"old b",
    "notes.md": b"old notes",
    "gone": None,
    "gone/file": b"old file",
    "gone.txt": b"old text",
}


def without(what: State, *names: str) -> State:
    """But for these, and what lies below those that end with a slash."""
    below = tuple(name for name in names if name.endswith("/"))
    return {n: c for n, c in what.items() if n not in names and not n.startswith(below)}


def fresh(folder: Path) -> Path:
    for name, content in OLD.items():
        path = folder / name
        if content is None:
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder


@pytest.fixture
def make(tmp_path: Path) -> Callable[[], Path]:
    """Homes as they were, each in a folder of its own."""
    numbers = count()
    return lambda: fresh(tmp_path / str(next(numbers)))


@pytest.fixture
def home(make: Callable[[], Path]) -> Path:
    return make()


def new_folder(home: Path) -> None:
    replace_tree(home / "deep" / "down" / "here", {"a.py": "new a", "part/b.py": b"new b"})


def old_folder(home: Path) -> None:
    replace_tree(home / "bindings", {"a.py": "new a", "part/b.py": b"new b"})


def one_file(home: Path) -> None:
    with Transaction(home) as both:
        both.put(home / "notes.md", "new notes")


def one_removal(home: Path) -> None:
    with Transaction(home) as both:
        both.remove(home / "gone")


def everything(home: Path) -> None:
    with Transaction(home) as together:
        together.replace(home / "bindings", {"a.py": "new a", "part/b.py": b"new b"})
        together.put(home / "notes.md", b"new notes")
        together.put(home / "new" / "notes.md", "more")
        together.replace(home / "new" / "folder", {"c.py": "c"})
        together.replace(home / "other", {})
        together.remove(home / "gone")
        together.remove(home / "gone.txt")
        together.remove(home / "never" / "there")


def folder_without_exchange(home: Path) -> None:
    exchange.exchange = lambda one, other: False  # a file system that cannot; we are a child
    old_folder(home)


REPLACED: State = {"bindings/a.py": b"new a", "bindings/part": None, "bindings/part/b.py": b"new b"}
CHANGES: dict[Change, State] = {
    new_folder: {
        **OLD,
        **dict.fromkeys(["deep", "deep/down", "deep/down/here", "deep/down/here/part"]),
        "deep/down/here/a.py": b"new a",
        "deep/down/here/part/b.py": b"new b",
    },
    old_folder: {**without(OLD, "bindings/"), **REPLACED},
    folder_without_exchange: {**without(OLD, "bindings/"), **REPLACED},
    one_file: {**OLD, "notes.md": b"new notes"},
    one_removal: without(OLD, "gone/", "gone"),
    everything: {
        "bindings": None,
        **REPLACED,
        "notes.md": b"new notes",
        "new": None,
        "new/notes.md": b"more",
        "new/folder": None,
        "new/folder/c.py": b"c",
        "other": None,
    },
}
AT_ONCE = [new_folder, old_folder, one_file, one_removal]
each_change = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)


# --- what it does --------------------------------------------------------------------------------


@each_change
def test_it_is_done_and_nothing_else(change: Change, home: Path) -> None:
    assert ends(home, lambda: change(home)) == DONE
    assert state(home) == CHANGES[change]
    assert litter(home) == []


def test_an_exception_leaves_everything(home: Path) -> None:
    class OwnError(Exception):
        pass

    def fails() -> None:
        with Transaction(home) as together:
            together.replace(home / "bindings", {"x.py": ""})
            together.remove(home / "gone")
            assert state(home) == OLD
            raise OwnError

    with pytest.raises(OwnError):
        fails()
    assert state(home) == OLD
    assert litter(home) == []


def test_nothing_to_do(home: Path) -> None:
    with Transaction(home) as together:
        together.remove(home / "never")
    assert state(home) == OLD
    assert litter(home) == []


def test_a_home_that_does_not_exist_yet(tmp_path: Path) -> None:
    with Transaction(tmp_path / "a" / "b") as together:
        together.put(tmp_path / "a" / "b" / "c", "c")
        assert not (tmp_path / "a").exists()
    assert state(tmp_path) == {"a": None, "a/b": None, "a/b/c": b"c"}


def test_a_home_behind_a_link(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home)
    with Transaction(tmp_path / "link") as together:
        together.put(tmp_path / "link" / "bindings" / "b.py", "new b")
        together.put(home / "notes.md", "new notes")
    assert state(home) == {**OLD, "bindings/b.py": b"new b", "notes.md": b"new notes"}


def test_files_have_the_usual_permissions(home: Path) -> None:
    everything(home)
    mask = os.umask(0)
    os.umask(mask)
    assert (home / "bindings" / "a.py").stat().st_mode & 0o777 == 0o666 & ~mask
    assert (home / "bindings").stat().st_mode & 0o777 == 0o777 & ~mask


# --- killed --------------------------------------------------------------------------------------


@each_change
def test_killed_at_every_operation(change: Change, make: Callable[[], Path]) -> None:
    seen: list[State] = []
    for home in killed_everywhere(make, change):
        found = state(home)
        if change in AT_ONCE:
            assert found in (OLD, CHANGES[change])
        settle(home / "bindings")
        after = state(home)
        assert after in (OLD, CHANGES[change])
        assert found in (after, OLD) or change not in AT_ONCE
        assert litter(home) == []
        seen.append(after)
    assert OLD in seen
    assert CHANGES[change] in seen


@pytest.fixture(scope="module")
def half_way(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Homes in which the change of everything was killed while its journal stood; not to touch."""
    folder, numbers = tmp_path_factory.mktemp("half-way"), count()
    homes = killed_everywhere(lambda: fresh(folder / str(next(numbers))), everything)
    found = [home for home in homes if (home / STAGING / transaction.JOURNAL).exists()]
    assert len({repr(state(home)) for home in found}) == 9  # before, between, after eight renames
    return found


def copied(home: Path, folder: Path) -> Path:
    return Path(shutil.copytree(home, folder / f"{home.name}-{len(list(folder.iterdir()))}"))


def test_killed_again_while_settling(half_way: list[Path], tmp_path: Path) -> None:
    begun = {len(list((home / STAGING / transaction.NEW).iterdir())): home for home in half_way}
    for home in begun.values():
        for copy in killed_everywhere(lambda home=home: copied(home, tmp_path), settles):  # type: ignore[misc]
            settle(copy)
            assert state(copy) == CHANGES[everything]
            assert litter(copy) == []


def settles(home: Path) -> None:
    assert settle(home)


def test_the_next_run_settles(half_way: list[Path], tmp_path: Path) -> None:
    for home in (copied(home, tmp_path) for home in half_way):
        with Transaction(home) as together:
            assert state(home) == CHANGES[everything]
            together.put(home / "notes.md", "newest")
        assert state(home) == {**CHANGES[everything], "notes.md": b"newest"}
        assert litter(home) == []


def test_the_next_run_elsewhere_in_the_home_settles(half_way: list[Path], tmp_path: Path) -> None:
    for home in (copied(home, tmp_path) for home in half_way):
        old_folder(home)
        assert state(home) == CHANGES[everything]
        assert litter(home) == []


def test_a_run_around_settles_what_lies_inside(home: Path) -> None:
    inside = home / "bindings"
    at = operations(home, lambda: replace_tree(inside / "part", {"x": "1"})) // 2
    assert with_fault(home, lambda: replace_tree(inside / "part", {"x": "2"}), at) == KILLED
    assert litter(home) == [inside / STAGING]
    with Transaction(home) as together:
        together.put(inside / "b.py", "new b")
    assert litter(home) == []


def test_settling_nothing(home: Path) -> None:
    assert settle(home) is False
    assert settle(home / "not" / "there", home / "notes.md") is False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_steps(number: signal.Signals, make: Callable[[], Path]) -> None:
    """At every operation; those that come too early for a commit leave what was."""
    first = make()
    total = operations(first, lambda: everything(first))
    moved: set[bool] = set()
    for at in range(1, total + 1):
        home, seen = make(), count(1)

        def happen(kind: str, at: int = at, seen: count[int] = seen) -> None:
            if next(seen) == at:
                os.kill(os.getpid(), number)

        def interrupted(home: Path = home) -> None:
            signal.signal(number, signal.SIG_DFL)
            everything(home)

        assert ends(home, interrupted, happen) == -number
        assert state(home) in (OLD, CHANGES[everything])  # before anyone settles
        assert not (home / STAGING / transaction.JOURNAL).exists()
        moved.add(state(home) == OLD)
    assert moved == {True, False}


# --- failing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["once", "full"])
@each_change
def test_an_error_at_every_operation(
    change: Change, fault: Fault, make: Callable[[], Path]
) -> None:
    first = make()
    refused = 0
    for at in range(1, operations(first, lambda: change(first)) + 1):
        home = make()
        ended = with_fault(home, lambda home=home: change(home), at, fault)  # type: ignore[misc]
        assert state(home) == (OLD if ended == REFUSED else CHANGES[change])
        assert ended in (REFUSED, DONE)
        refused += ended == REFUSED
        assert litter(home) == [] or fault == "once"
        settle(home)  # what could not be swept just then
        assert litter(home) == []
    assert refused > 3


def test_what_cannot_be_put_back_is_not_thrown_away(make: Callable[[], Path]) -> None:
    first = make()
    kept = 0
    for at in range(1, operations(first, lambda: everything(first)) + 1):
        home = make()
        with_fault(home, lambda home=home: everything(home), at, "stuck")  # type: ignore[misc]
        kept += state(home) not in (OLD, CHANGES[everything])
        settle(home)
        assert state(home) in (OLD, CHANGES[everything])
        assert litter(home) == []
    assert kept > 3


def test_killed_on_the_way_back(make: Callable[[], Path]) -> None:
    """A step fails, and what then puts back the earlier ones is killed: the way still is back."""
    turned = 0
    for operations_more in count(1):
        home = make()
        happen = failing_then_killed(home / "other", operations_more)
        if ends(home, lambda home=home: everything(home), happen) != KILLED:  # type: ignore[misc]
            break
        turned += (home / STAGING / transaction.UNDO).exists() and state(home) != OLD
        goes_on = (home / STAGING / transaction.JOURNAL).exists()
        settle(home)
        assert state(home) == (CHANGES[everything] if goes_on else OLD)
        assert litter(home) == []
    assert turned > 3


def failing_then_killed(step: Path, operations_more: int) -> Callable[[str], None]:
    """The operation after a step fails, and some operations later the process is killed."""
    failed = 0

    def happen(kind: str) -> None:
        nonlocal failed
        if failed or step.exists():
            failed += 1
        if failed == 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if failed == 1 + operations_more:
            os.kill(os.getpid(), signal.SIGKILL)

    return happen


def test_the_error_says_what_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, calls = os.rename, count(1)

    def stuck_from_the_third(source: Path, target: Path) -> None:
        if next(calls) > 2:
            raise OSError(errno.EIO, os.strerror(errno.EIO), os.fspath(target))
        rename(source, target)

    monkeypatch.setattr(os, "rename", stuck_from_the_third)
    with pytest.raises(CodegenError, match="Input/output error") as caught:
        everything(home)
    assert str(home / STAGING) in str(caught.value)
    monkeypatch.undo()
    assert settle(home)
    assert state(home) == CHANGES[everything]  # the journal had not been turned round


def test_a_file_too_large(make: Callable[[], Path]) -> None:
    """What the system says in the middle of writing a file."""
    home = make()

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with Transaction(home) as together:
            together.remove(home / "gone")
            together.replace(home / "bindings", {"small": "x", "large": "x" * 100_000})

    assert ends(home, limited) == REFUSED
    assert state(home) == OLD
    assert litter(home) == []


def test_another_file_system(tmp_path: Path) -> None:
    """A real one, and a real full disk: mounted for a process of its own."""
    home = fresh(tmp_path / "home")
    said = in_own_mounts(
        f'mount -t tmpfs -o size=64k none "{home}/bindings"',
        """
with Transaction(home) as together:
    together.put(home / "notes.md", "new notes")
    together.put(home / "bindings" / "b.py", "new b")
""",
        home,
    )
    assert said == f"CodegenError: {home}/bindings/b.py and {home} are on different file systems\n"
    assert state(home) == OLD
    assert litter(home) == []


def test_a_full_disk(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    said = in_own_mounts(
        f'mount -t tmpfs -o size=64k none "{home}"',
        """
replace_tree(home / "folder", {"file": "old"})
try:
    replace_tree(home / "folder", {f"{n}": "x" * 5000 for n in range(50)})
finally:
    print(sorted(str(path.relative_to(home)) for path in home.rglob("*")))
""",
        home,
    )
    first, second = said.splitlines()
    assert first == "['folder', 'folder/file']"
    assert second.startswith(
        f"OSError: [Errno 28] No space left on device: '{home / STAGING / 'new' / '0'}/"
    )


def in_own_mounts(mount: str, program: str, home: Path) -> str:
    enter = ["unshare", "--mount", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*enter, "true"], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    body = "".join(f"    {line}\n" for line in program.splitlines())
    code = (
        "from pathlib import Path\n"
        "from interactions_codegen.transaction import Transaction, replace_tree\n"
        f"home = Path({os.fspath(home)!r})\n"
        f"try:\n{body}except Exception as error:\n    print(f'{{type(error).__name__}}: {{error}}')"
    )
    done = subprocess.run(
        [*enter, "sh", "-c", f'{mount} && exec "$0" -c "$1"', sys.executable, code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def test_no_permission() -> None:
    """A home that we may only read: nothing can be made in it, nothing is."""
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o755)
        home = fresh(folder / "home")
        home.chmod(0o555)

        def denied() -> None:
            if os.geteuid() == 0:
                os.setresuid(65534, 65534, 65534)
            try:
                old_folder(home)
            except PermissionError as error:
                assert error.filename == os.fspath(home / STAGING)  # noqa: PT017
                raise

        assert ends(home, denied) == REFUSED
        assert state(home) == OLD
        assert litter(home) == []
    finally:
        (folder / "home").chmod(0o755)
        shutil.rmtree(folder)


# --- targets that are not what they should be ----------------------------------------------------


def test_targets_of_another_kind(home: Path) -> None:
    with pytest.raises(NotADirectoryError) as no_folder, Transaction(home) as together:
        together.replace(home / "notes.md", {})
    assert no_folder.value.filename == os.fspath(home / "notes.md")
    with pytest.raises(IsADirectoryError) as no_file, Transaction(home) as together:
        together.put(home / "bindings", "")
    assert no_file.value.filename == os.fspath(home / "bindings")
    with pytest.raises(NotADirectoryError), Transaction(home) as together:
        together.put(home / "notes.md" / "x", "")
    assert state(home) == OLD
    assert litter(home) == []


def test_a_link_is_not_replaced(home: Path) -> None:
    (home / "link").symlink_to("bindings")
    before = state(home)
    changes: list[Callable[[Transaction], None]] = [
        lambda together: together.replace(home / "link", {}),
        lambda together: together.put(home / "link", ""),
        lambda together: together.remove(home / "link"),
    ]
    for change in changes:
        with (
            pytest.raises((CodegenError, NotADirectoryError), match="link"),
            Transaction(home) as together,
        ):
            change(together)
    assert state(home) == before
    assert (home / "link").is_symlink()


@pytest.mark.parametrize("path", [".", "..", "../outside", "away/file", "bindings/../.."])
def test_targets_outside(path: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home / "away").symlink_to(tmp_path / "elsewhere")
    before = state(tmp_path)
    with pytest.raises((CodegenError, IsADirectoryError)), Transaction(home) as together:
        together.put(home / path, "x")
    assert state(tmp_path) == before


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "", "."])
def test_names_that_lead_out_of_a_folder(name: str, home: Path) -> None:
    with pytest.raises(CodegenError, match="no place inside"), Transaction(home) as together:
        together.replace(home / "bindings", {"good": "", name: ""})
    assert state(home) == OLD
    assert litter(home) == []


@pytest.mark.parametrize(
    ("one", "other"), [("bindings", "bindings/b.py"), ("bindings/b.py", "bindings"), ("x", "x")]
)
def test_targets_inside_each_other(one: str, other: str, home: Path) -> None:
    def both() -> None:
        with Transaction(home) as together:
            for path in (home / one, home / other):
                together.put(path, "x") if path.suffix else together.replace(path, {})

    with pytest.raises((CodegenError, FileExistsError)):
        both()
    assert state(home) == OLD
    assert litter(home) == []


# --- not alone -----------------------------------------------------------------------------------


def test_two_at_once(home: Path) -> None:
    others: list[Callable[[], object]] = [
        lambda: everything(home),
        lambda: old_folder(home),
        lambda: settle(home / "bindings"),
    ]
    with Transaction(home) as first:
        first.put(home / "notes.md", "first")
        for other in others:
            assert ends(home, other) == REFUSED
        with pytest.raises(CodegenError, match="another run is at work in") as caught:
            everything(home)
        assert str(home) in str(caught.value)
        assert settle(home / "bindings") is False  # for this process, it is in order
    assert state(home) == {**OLD, "notes.md": b"first"}
    assert litter(home) == []


def test_one_inside_the_home_of_another(home: Path) -> None:
    def outer() -> None:
        with Transaction(home) as both:
            both.put(home / "bindings" / "b.py", "outer")

    with Transaction(home / "bindings") as inner:
        assert ends(home, outer) == REFUSED
        inner.put(home / "bindings" / "b.py", "inner")
    assert (home / "bindings" / "b.py").read_bytes() == b"inner"
    assert litter(home) == []


def test_the_lock_of_a_killed_run_is_no_lock(home: Path) -> None:
    reading, writing = os.pipe()

    def waits() -> None:
        with Transaction(home) as together:
            together.remove(home / "gone")
            os.write(writing, b"locked")
            signal.pause()

    with started(home, waits) as pid:
        os.close(writing)
        assert os.read(reading, 10) == b"locked"
        with pytest.raises(CodegenError, match="another run"):
            one_file(home)
        os.kill(pid, signal.SIGKILL)
    os.close(reading)
    assert litter(home) == [home / STAGING]
    one_file(home)
    assert state(home) == CHANGES[one_file]
    assert litter(home) == []


def test_many_at_once_take_turns(home: Path) -> None:
    """Each adds a line to a file that all of them read inside the transaction."""
    workers, rounds = 4, 25

    def adds() -> None:
        done = 0
        while done < rounds:
            try:
                with Transaction(home) as together:
                    text = (home / "notes.md").read_text()
                    together.put(home / "notes.md", f"{text}\nline")
                    together.replace(home / "bindings", {"lines": f"{text}\nline"})
                done += 1
            except CodegenError as error:
                assert "another run is at work" in str(error)  # noqa: PT017

    with ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(started(home, adds))
    assert (home / "notes.md").read_text().count("line") == workers * rounds
    assert (home / "bindings" / "lines").read_text() == (home / "notes.md").read_text()
    assert litter(home) == []


# --- a hidden folder that somebody else put there ------------------------------------------------


def plant(home: Path, content: str, name: str = transaction.JOURNAL) -> Path:
    (home / STAGING).mkdir()
    (home / STAGING / name).write_text(content)
    return home / STAGING / name


@pytest.mark.parametrize("target", ["../outside", "/etc/passwd", "a/../../b", ""])
@pytest.mark.parametrize("name", [transaction.JOURNAL, transaction.UNDO])
def test_a_journal_that_leads_out(target: str, name: str, home: Path) -> None:
    journal = plant(home, json.dumps([{"target": target, "puts": False}]), name)
    with pytest.raises(CodegenError, match="no place beside it") as caught:
        settle(home)
    assert str(journal) in str(caught.value)
    assert state(home) == OLD


@pytest.mark.parametrize("content", ["", "{}x", "[1]", "[{}]", "7", '[{"target": "x"}]', "\xff"])
def test_a_damaged_journal(content: str, home: Path) -> None:
    journal = plant(home, content)
    with pytest.raises(CodegenError, match="is damaged") as caught:
        settle(home)
    assert str(journal) in str(caught.value)
    assert journal.exists()
    assert state(home) == OLD


def test_a_file_or_a_link_in_its_place(home: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    for occupy in (
        lambda: (home / STAGING).write_text("mine"),
        lambda: (home / STAGING).symlink_to(tmp_path / "theirs"),
    ):
        occupy()
        assert settle(home) is False
        with pytest.raises(CodegenError, match="is not ours"):
            old_folder(home)
        (home / STAGING).unlink()
    assert list((tmp_path / "theirs").iterdir()) == []
    assert state(home) == OLD


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make somebody else's folder")
def test_somebody_elses_folder(home: Path) -> None:
    journal = plant(home, json.dumps([{"target": "gone", "puts": False}]))
    os.chown(home / STAGING, 65534, 65534)
    assert settle(home / "bindings") is False
    with pytest.raises(CodegenError, match="is not ours"):
        old_folder(home)
    assert journal.exists()
    assert state(home) == OLD


def test_it_loads_nothing_of_the_generator() -> None:
    """Commands that only copy files need neither the front end nor its libraries."""
    code = (
        "import sys; from interactions_codegen import transaction;"
        "print([m for m in ('datamodel_code_generator', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.fspath(REPOSITORY / "codegen")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
