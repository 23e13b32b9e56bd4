"""The commands: what they print, write and return; each in a process of its own where it waits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import urllib3

from gemini_interactions.cli import main
from gemini_interactions.conformance.live.client_clauses import AFTERWARDS
from gemini_interactions.conformance.live.client_clauses import CLAUSES as CLIENT_CLAUSES
from gemini_interactions.conformance.live.server_check import CLAUSES, plan
from gemini_interactions.conformance.recordings import read_recording
from gemini_interactions.testing import InteractionsServer

from .bad_server import BadServer, changed

GUARD = 30
ASK = [sys.executable, "-m", "gemini_interactions", "ask", "Count from 1 to 25."]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("GOOGLE_", "GEMINI_", "VERTEX_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(os.path.abspath, sys.path)))


class Ended:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> Ended:
        code = main(["conform", *words])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Ended(code, captured.out, captured.err)

    return run


class Program:
    """A command that runs until it is interrupted."""

    def __init__(self, *words: str) -> None:
        command = [sys.executable, "-m", "gemini_interactions", "conform", *words]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)

    def says(self, text: str) -> str:
        """The line of stderr in which it says so."""
        assert self.process.stderr
        for line in self.process.stderr:
            if text in line:
                return line
        raise AssertionError(f"{text!r} never came")

    def end(self, number: int = signal.SIGINT) -> Ended:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=GUARD)
        return Ended(self.process.returncode, out, err)


def post(url: str, **more: Any) -> None:
    body = {"model": "gemini-3-flash-preview", "input": "Hello.", **more}
    headers = {"x-goog-api-key": "s3cr3t-key", "content-type": "application/json"}
    address = f"{url}/v1beta/interactions"
    with urllib3.PoolManager() as pool:
        pool.request("POST", address, body=json.dumps(body), headers=headers)


# --- conform server ------------------------------------------------------------------------------


def test_a_good_server(run: Any, tmp_path: Path) -> None:
    report, junit, recording = (str(tmp_path / name) for name in ("r.json", "j.xml", "t.jsonl"))
    with InteractionsServer(strict=True) as server:
        options = ["--json", report, "--junit", junit, "--record", recording]
        ended = run("server", server.url, "--strict", *options)
        requests = len(server.requests)
    assert ended.code == 0
    assert "44 clauses to try, with 10 creates, and 7 that should be refused" in ended.err
    last = ended.out.splitlines()[-1]
    assert last == "conforms to 2026-05-20: 44 clauses, 43 hold, 1 not applicable"
    content = json.loads(Path(report).read_text())
    assert content["conforms"] is True
    assert [each["clause"] for each in content["clauses"]] == [clause.id for clause in CLAUSES]
    assert all(each["evidence"] for each in content["clauses"])
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("44", "0", "1")
    assert len([*read_recording(recording)]) == requests


def test_a_bad_server(run: Any, tmp_path: Path) -> None:
    junit = str(tmp_path / "j.xml")
    bad = changed(lambda request: True, lambda body: body.update(surprise="\x1b[31m<&>"))
    with BadServer(bad) as server:
        ended = run("server", server.url, "--only=create.answer", "--only=delete", "--junit", junit)
    assert ended.code == 1
    assert "BROKEN         create.answer" in ended.out
    assert "POST /v1beta/interactions, response at /surprise: unknown-field" in ended.out
    assert ended.out.splitlines()[-1].startswith("does not conform to 2026-05-20: 3 clauses")
    failure = ElementTree.parse(junit).getroot()[0][0][0]
    assert "/surprise" in (failure.text or "")


def test_json_on_stdout_is_nothing_but_json(run: Any) -> None:
    with InteractionsServer() as server:
        ended = run("server", server.url, "--only", "create.answer", "--json", "-")
    assert json.loads(ended.out)["clauses"][0]["outcome"] == "holds"


def test_creates_that_may_cost_are_announced_and_not_made(run: Any) -> None:
    ended = run("server", "https://interactions.test/")
    assert ended.code == 2
    assert "44 clauses to try, with 10 creates" in ended.err
    assert "nothing was sent" in ended.err
    assert "--yes" in ended.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["server"], "which server?"),
        (["server", "http://127.0.0.1:1", "--only", "steam"], "no clause 'steam'"),
        (["server", "http://127.0.0.1:1", "--revision", "1999-01-01"], "no revision '1999-01-01'"),
        (["server", "http://127.0.0.1:1", "--json", "/nowhere/x"], "No such file"),
        (["server", "http://127.0.0.1:1", "--record", "/nowhere/x"], "No such file"),
        (["client", "--fault", "fire"], "unknown fault 'fire'"),
        (["client", "--revision", "1999-01-01"], "no revision '1999-01-01'"),
        (["client", "--", "/nowhere/client"], "cannot be started"),
        (["proxy", "--to", "here"], "no address"),
        (["proxy", "--to", "http://x", "--host", "256.0.0.1"], "cannot listen"),
    ],
)
def test_wrong_usage(run: Any, words: list[str], message: str) -> None:
    ended = run(*words)
    assert ended.code == 2
    assert message in ended.err


def test_nobody_listens(run: Any) -> None:
    with InteractionsServer() as server:
        pass
    assert run("server", server.url).code == 4


def test_the_clauses_are_listed(run: Any) -> None:
    ended = run("server", "--list")
    assert ended.code == 0
    assert len(ended.out.splitlines()) == len(CLAUSES)


# --- conform client ------------------------------------------------------------------------------


def test_a_good_client_is_run_and_judged(run: Any, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    ended = run("client", "--strict", "--json", str(report), "--", *ASK)
    assert ended.code == 0
    assert "23, 24, 25." in ended.out
    assert "conforms to 2026-05-20: 13 clauses, 10 hold, 3 not testable" in ended.out
    assert json.loads(report.read_text())["report"] == "gemini-interactions conform client"


BAD_CLIENT = """
import json, os, urllib.request
query = "?key=" + os.environ["GEMINI_API_KEY"]
url = os.environ["GOOGLE_GEMINI_BASE_URL"] + "/v1beta/interactions" + query
body = json.dumps({"model": "m", "input": "x", "temprature": 1}).encode()
try:
    urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}))
except OSError:
    pass
"""


def test_a_bad_client_is_run_and_judged(run: Any) -> None:
    ended = run("client", "--", sys.executable, "-c", BAD_CLIENT)
    assert ended.code == 1
    assert "BROKEN         header.key" in ended.out
    assert "request 1 at /temprature: unknown-field" in ended.out
    assert "key=conformance" not in ended.out


def test_a_client_that_fails_or_sends_nothing_is_no_success(run: Any) -> None:
    failing = f"import subprocess, sys; subprocess.run({ASK!r}); sys.exit(3)"
    ended = run("client", "--", sys.executable, "-c", failing)
    assert ended.code == 1
    assert "exit status 3" in ended.err
    ended = run("client", "--", sys.executable, "-c", "pass")
    assert ended.code == 1
    assert "sent nothing" in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_client_is_judged_until_somebody_ends_it(number: int) -> None:
    program = Program("client")
    url = program.says("Interactions API at").split()[3]
    post(url, temprature=1)
    assert "1 finding" in program.says("POST /v1beta/interactions (create)")
    ended = program.end(number)
    assert ended.code == 1
    assert "BROKEN         body.schema" in ended.out


# --- conform proxy -------------------------------------------------------------------------------


def test_a_proxy_passes_records_and_judges_until_somebody_ends_it(tmp_path: Path) -> None:
    recording, report = tmp_path / "t.jsonl", tmp_path / "r.json"
    with InteractionsServer() as server:
        outputs = ["--record", str(recording), "--json", str(report)]
        program = Program("proxy", "--to", server.url, "--port", "0", *outputs)
        url = program.says("passing").split()[1]
        post(url)
        assert "200: conforms (1 known)" in program.says("POST /v1beta/interactions")
        post(url, temprature=1)
        assert "200: 1 deviation" in program.says("POST /v1beta/interactions")
        ended = program.end()
    assert ended.code == 1
    assert "does not conform: 1 deviation" in ended.out
    assert json.loads(report.read_text())["totals"]["requests"] == 2
    assert len([*read_recording(recording)]) == 2
    assert "s3cr3t-key" not in recording.read_text() + ended.out + ended.err


def test_the_documentation_has_every_clause() -> None:
    text = (Path(__file__).parents[2] / "docs" / "conformance-live.md").read_text("utf-8")
    told = [(each.id, each.sentence) for each in CLAUSES]
    told += [(each.id, each.sentence) for each in CLIENT_CLAUSES]
    told += [(each.id, each.sentence) for each in AFTERWARDS]
    for clause, sentence in told:
        assert f"| `{clause}` | {sentence} |" in text
    assert f"{plan().creates} creates, and {plan().probes} more" in text.replace("\n", " ")
