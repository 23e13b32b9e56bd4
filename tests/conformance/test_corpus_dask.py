"""On a real Dask cluster of two processes: the same report as here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="needs the extra dask")

PROGRAM = """
import sys
from pathlib import Path

from distributed import LocalCluster

from gemini_interactions.cli import main
from gemini_interactions.conformance.cluster import examine_on_cluster
from gemini_interactions.conformance.corpus import examine_all
from gemini_interactions.conformance.examining import Options
from gemini_interactions.conformance.inputs import find_sources
from gemini_interactions.conformance.report.as_json import json_report

if __name__ == "__main__":
    folder, written = sys.argv[1:]
    local = examine_all(find_sources([folder]), Options())
    assert len(local.inputs) == 1000
    workers = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with LocalCluster(**workers, dashboard_address=None) as cluster:
        address, seen = cluster.scheduler_address, []
        spread = examine_on_cluster(address, find_sources([folder]), Options(), watch=seen.append)
        code = main(["conform", folder, "--strict", "--dask", address, "--json", written])
    assert spread == local
    assert seen[-1].inputs == 1000
    assert code == 5, code
    assert Path(written).read_text() == json_report(local, strict=True)
    print("equal")
"""


def test_a_cluster_says_what_one_machine_says(corpus: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    command = [sys.executable, str(program), str(corpus), str(tmp_path / "report.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "equal", done.stdout


def test_there_is_no_scheduler(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    words = ["conform", str(tmp_path), "--dask", "tcp://127.0.0.1:9"]
    command = [sys.executable, "-m", "gemini_interactions", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 4
    assert "there is no Dask scheduler at tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
