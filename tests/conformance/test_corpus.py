"""Many inputs: the same report for any number of processes, and every input in it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from gemini_interactions.conformance import corpus as corpus_module
from gemini_interactions.conformance.corpus import (
    Progress,
    batches_of,
    examine_all,
    examined_batch,
    useful_jobs,
)
from gemini_interactions.conformance.examining import Options, examined
from gemini_interactions.conformance.inputs import Source, Sources, find_sources
from gemini_interactions.conformance.report import Report
from gemini_interactions.conformance.report.as_json import json_report

GOOD = '{"model": "gemini-3-flash-preview", "input": "x"}\n'


@pytest.fixture(scope="module")
def alone(corpus: Path) -> Report:
    return examine_all(find_sources([str(corpus)]), Options())


def test_what_a_corpus_says(alone: Report) -> None:
    assert len(alone.inputs) == 1000
    assert [each.name for each in alone.inputs] == sorted(each.name for each in alone.inputs)
    assert alone.totals.requests == alone.totals.streams == 2000
    assert [f.deviation.rule for f in alone.unreadable] == ["json"] * 10
    wrong = [each for each in alone.inputs if each.deviations]
    assert [each.name[-7] for each in wrong] == ["3"] * 100
    assert {each.form for each in alone.inputs} == {"recording"}


def test_processes_change_nothing(alone: Report, corpus: Path) -> None:
    seen: list[Progress] = []
    report = examine_all(find_sources([str(corpus)]), Options(), jobs=2, watch=seen.append)
    assert report == alone
    assert json_report(report, strict=True) == json_report(alone, strict=True)
    assert seen[-1].inputs == seen[-1].of_inputs == 1000
    assert (
        seen[-1].bytes
        == seen[-1].of_bytes
        == sum(path.stat().st_size for path in corpus.rglob("*.jsonl"))
    )
    assert [each.inputs for each in seen] == sorted(each.inputs for each in seen)


def test_any_number_of_processes_changes_nothing(corpus: Path) -> None:
    sources = find_sources([str(corpus / "0"), str(corpus / "5")])
    assert examine_all(sources, Options(), jobs=3) == examine_all(sources, Options())


def test_batches_are_all_inputs_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(corpus_module, "BATCH_BYTES", 100)
    monkeypatch.setattr(corpus_module, "BATCH_INPUTS", 3)
    sizes = [10, 10, 10, 10, 200, 1, 0, 99, 99, 5]
    sources = [Source(str(number), size) for number, size in enumerate(sizes)]
    sources.insert(5, Source("-"))
    found = list(batches_of(sources))
    assert [sources[first] for first, _ in found] == [batch[0] for _, batch in found]
    assert [s for _, batch in found for s in batch] == [s for s in sources if s.path != "-"]
    assert all(len(batch) <= 3 for _, batch in found)
    assert all(len(batch) == 1 or sum(s.size for s in batch) <= 100 for _, batch in found)


def test_merging_is_what_one_report_would_say(corpus: Path) -> None:
    """Inputs stay whole: however they are grouped, the outcome is the same."""
    sources = find_sources([str(corpus / "0")]).found
    once, twice = Report(), Report()
    for report in examined_batch(sources, Options()):
        once.merge(report)
    for source in sources:
        twice.merge(examined(source, Options()))
    assert once == twice


def test_estimates() -> None:
    def left(bytes_: int, of_bytes: int, seconds: float) -> float | None:
        progress = Progress(inputs=1, of_inputs=9, bytes=bytes_, of_bytes=of_bytes, seconds=seconds)
        return progress.left

    assert left(25, 100, 10.0) == 30.0
    assert left(100, 100, 10.0) == 0.0
    assert left(0, 100, 10.0) is None
    assert left(25, 0, 10.0) is None
    assert left(25, 100, 0.1) is None


def test_processes_are_for_much_work() -> None:
    few, many = Sources([Source("x", 9)]), Sources([Source("x", 9_000_000)])
    assert useful_jobs(few) == 1
    assert useful_jobs(many) == len(os.sched_getaffinity(0))


def test_a_worker_that_dies_is_told(tmp_path: Path) -> None:
    """It is killed in the middle of reading, by itself and in company: the rest goes on."""
    for number in range(200):
        (tmp_path / f"{number:03}.json").write_text(GOOD)
    pipe = tmp_path / "100.pipe"
    os.mkfifo(pipe)
    paths = [str(path) for path in sorted(tmp_path.iterdir())]

    def kill_whoever_reads() -> None:
        for _ in range(2):
            with pipe.open("wb"):  # goes on when somebody reads
                for process in multiprocessing.active_children():
                    process.kill()
                    process.join()

    killer = threading.Thread(target=kill_whoever_reads, daemon=True)
    killer.start()
    report = examine_all(find_sources(paths), Options(), jobs=2)
    killer.join()
    (dead,) = report.unreadable
    assert (dead.place.source, dead.deviation.rule) == (str(pipe), "worker-died")
    assert report.totals.requests == 200
    assert [each.name for each in report.inputs] == paths
