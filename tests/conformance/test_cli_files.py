"""`gemini-interactions conform`: files, options, exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

from gemini_interactions.cli import main
from gemini_interactions.conformance.recordings import Exchange

Record = Callable[[Path, Sequence[Exchange]], Path]

GOOD = '{"model": "gemini-3-flash-preview", "input": "x"}'
KNOWN = '{"model": "some-model", "input": "x"}'
BAD = '{"model": "gemini-3-flash-preview", "input": 7}'


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def conform(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: Any) -> Ended:
        capsys.readouterr()
        code = main(["conform", *map(str, words)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Ended(code, said.out, said.err)

    return run


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {"good": GOOD, "known": KNOWN, "bad": BAD, "broken": "{"}
    for name, content in found.items():
        (tmp_path / f"{name}.json").write_text(content)
    return {name: tmp_path / f"{name}.json" for name in found}


@pytest.mark.parametrize(
    ("names", "options", "code", "last"),
    [
        (["good"], [], 0, "conforms"),
        (["good"], ["--strict"], 0, "conforms"),
        (["known"], [], 0, "conforms, known deviations allowed"),
        (["known"], ["--strict"], 1, "does not conform: 1 deviation"),
        (["bad"], [], 1, "does not conform: 1 deviation"),
        (["bad", "known"], ["--strict"], 1, "does not conform: 2 deviations"),
        (["broken"], [], 5, "does not conform: 1 place that cannot be read"),
        (
            ["good", "bad", "broken"],
            [],
            5,
            "does not conform: 1 deviation and 1 place that cannot be read",
        ),
        (["good"], ["--revision", "2026-05-07"], 0, "conforms"),
        (["good"], ["--as", "event"], 1, "does not conform: 1 deviation"),
        (["good"], ["--limit", "0.00001"], 5, "does not conform: 1 place that cannot be read"),
    ],
)
def test_exit_codes(
    conform: Any, files: dict[str, Path], names: list[str], options: list[str], code: int, last: str
) -> None:
    ended = conform(*(files[name] for name in names), *options)
    assert (ended.code, ended.out.splitlines()[-1]) == (code, last), ended
    assert not ended.err
    assert conform("files", *options, *(files[name] for name in names)) == ended


def test_missing_files_do_not_stop_the_rest(conform: Any, files: dict[str, Path]) -> None:
    ended = conform("nowhere.json", files["good"])
    assert ended.code == 5
    assert "unreadable: nowhere.json: it cannot be read: No such file or directory" in ended.out
    assert "2 inputs: 1 request" in ended.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "the following arguments are required: WHAT"),
        (["files"], "the following arguments are required: PATH"),
        (["x", "--as", "letter"], "invalid choice: 'letter'"),
        (["x", "--jobs", "0"], "0 is not at least 1"),
        (["x", "--limit", "-1"], "-1 is not a positive number of megabytes"),
        (["x", "--revision", "1999"], "there is no revision '1999': choose one of 2025-12-11"),
        (["x", "--project", "p"], "unrecognized arguments: --project p"),
        (["x", "--json", "-", "--html", "-"], "stdout cannot take two reports"),
        (["x", "--html", "/nowhere/x.html"], "a report cannot be written: No such file"),
    ],
)
def test_wrong_usage(conform: Any, words: list[str], says: str) -> None:
    ended = conform(*words)
    assert ended.code == 2
    assert says in ended.err
    assert not ended.out


def test_no_connection_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", "p", "conform", "x"]) == 2
    assert "conform connects to nothing: it takes no --project" in capsys.readouterr().err


def test_reports_are_written(conform: Any, files: dict[str, Path], tmp_path: Path) -> None:
    names = {form: tmp_path / f"report.{form}" for form in ("json", "junit", "html")}
    options = [word for form, path in names.items() for word in (f"--{form}", path)]
    ended = conform(files["bad"], files["good"], *options)
    assert ended.code == 1
    assert "does not conform" in ended.out
    assert json.loads(names["json"].read_text())["totals"]["deviations"] == 1
    assert ElementTree.parse(names["junit"]).getroot().get("failures") == "1"
    assert names["html"].read_text().startswith("<!DOCTYPE html>")
    alone = conform(files["bad"], files["good"], "--json", "-")
    assert alone.out == names["json"].read_text()


def test_names_that_are_no_text(conform: Any, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = os.path.join(os.fsencode(folder), b"\xff\x1b[2J.json")
    with open(path, "wb") as file:
        file.write(BAD.encode())
    options = [
        word for form in ("json", "junit", "html") for word in (f"--{form}", tmp_path / form)
    ]
    assert conform(folder, *options).code == 1
    assert json.loads((tmp_path / "json").read_text())["inputs"][0]["name"] == os.fsdecode(path)
    case = ElementTree.parse(tmp_path / "junit").getroot().find(".//testcase")
    assert case is not None
    assert str(case.get("name")).endswith("\ufffd\ufffd[2J.json")
    assert "\x1b" not in (tmp_path / "html").read_text("utf-8")


def test_standard_input(
    conform: Any, monkeypatch: pytest.MonkeyPatch, files: dict[str, Path]
) -> None:
    class Stdin:
        buffer = io.BytesIO(f"{GOOD}\n{BAD}\n".encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    ended = conform("-", files["good"], files["known"], "--jobs", 2)
    assert ended.code == 1
    assert "in standard input, line 2" in ended.out
    assert "3 inputs: 4 requests" in ended.out


def test_standard_input_is_streamed(turn: list[Exchange]) -> None:
    """Through a real pipe, from a program that does not end before it is read."""
    assert turn[0].response is not None
    assert turn[0].response.events is not None
    frames = "".join(f"data: {event.data}\n\n" for event in turn[0].response.events)
    command = [sys.executable, "-m", "gemini_interactions", "conform", "-"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command, input=frames, capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 input: 1 stream, " in done.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_it_at_once(tmp_path: Path, files: dict[str, Path], jobs: str) -> None:
    """Also in the middle of an input that never ends."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    words = ["conform", str(pipe), str(files["good"]), "--jobs", jobs]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "gemini_interactions", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with pipe.open("wb"):  # somebody reads it now
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err) == ("", "gemini-interactions: interrupted\n")


def test_progress(conform: Any, files: dict[str, Path]) -> None:
    assert not conform(files["good"], files["known"]).err
    ended = conform(files["good"], files["known"], "--progress")
    assert ended.err.splitlines()[-1].startswith("2 of 2 inputs, 100 %, ")


def test_dask_is_asked_for_by_name(
    conform: Any, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    ended = conform(files["good"], "--dask", "tcp://127.0.0.1:9")
    assert ended.code == 2
    assert "pip install 'gemini-interactions[dask]'" in ended.err


def test_a_recording_names_its_revision(
    conform: Any, legacy_turn: list[Exchange], tmp_path: Path, record: Record
) -> None:
    path = record(tmp_path / "x.jsonl", legacy_turn)
    ended = conform(path)
    assert ended.code == 0
    assert "seen of 2026-05-07" in ended.out
    assert conform(path, "--revision", "2026-05-20").code == 1


def test_the_documentation_has_every_option(conform: Any) -> None:
    page = Path(__file__).parents[2] / "docs" / "conformance.md"
    flags = set(re.findall(r"  (--[a-z-]+)", conform("files", "--help").out))
    assert len(flags) >= 10
    everywhere = {"--verbose", "--debug"}
    assert {flag for flag in flags - everywhere if f"`{flag}" not in page.read_text()} == set()


def test_help_says_what_there_is(conform: Any) -> None:
    assert "files" in conform("--help").out
    said = conform("files", "--help").out
    assert "--junit FILE" in said
    assert "5  conform: an input could not be read" in said
