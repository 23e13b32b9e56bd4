"""What single rows do themselves: small runs of it, and what they refuse to call a figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import assembly, checkers, converters, generation, many_streams
from benchmarks.contenders import many, streams
from benchmarks.contenders.guide import guide_events
from benchmarks.harness.server import serving
from benchmarks.memory import asynchronous, blocking


@pytest.mark.parametrize("shape", assembly.SHAPES)
def test_an_assembly_is_whole(shape: str) -> None:
    figures = assembly.SHAPES[shape]("", 40)()
    assert set(figures) == {measure.name for measure in assembly.ROW.measures}


@pytest.mark.parametrize("start", [converters.ours, converters.public, converters.cattrs_hooks])
def test_converters_are_measured_with_events_that_go_both_ways(start: Any) -> None:
    figures = start("")()
    used = figures[converters.USED.name]
    assert used == len(guide_events()) if start is not converters.cattrs_hooks else used > 60


def test_an_event_that_does_not_come_back_is_left_out() -> None:
    event = {"event_type": "step.stop", "index": 0}

    def refuse(_: Any) -> Any:
        raise ValueError

    assert converters.goes(dict, dict, event)
    assert not converters.goes(refuse, dict, event)
    assert not converters.goes(dict, lambda _: {"event_type": "another"}, event)


def test_six_lines_of_the_checked_program_are_wrong() -> None:
    text = checkers.PROGRAM.format(library=checkers.OURS, model="model", parameter=", model: str")
    compile(text, "program.py", "exec")
    assert sum(line.endswith(checkers.PLANTED) for line in text.splitlines()) == 6


def test_parameters_are_said_in_words_all_generators_know() -> None:
    schema = {"const": "2026-05-20", "default": "x", "description": "D"}
    generation.simplify(schema)
    assert schema == {"type": "string", "enum": ["2026-05-20"], "description": "D"}


def test_classes_are_counted_wherever_they_lie(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.py").write_text("class A: ...\nclassy = 1\n")
    (tmp_path / "deep" / "b.py").write_text("class B:\n    class Inner: ...\n")
    assert generation.classes(tmp_path) == 2


def test_streams_that_end_early_are_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_streams, "STREAMS", 3)
    with serving(paced=["texts", 2]) as scene:
        with pytest.raises(RuntimeError, match="3 streams, the shortest of 6 events"):
            many_streams.on_one_loop(scene.address, many.ours)()
        with pytest.raises(RuntimeError, match="3 streams, the shortest of 6 events"):
            many_streams.on_threads(scene.address, streams.ours)()


def test_all_of_many_streams_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_streams, "STREAMS", 3)
    names = {measure.name for measure in many_streams.ROW.measures} - {"server busy, %"}
    with serving(paced=["texts", many_streams.DELTAS]) as scene:
        for operation in (
            many_streams.on_one_loop(scene.address, many.ours),
            many_streams.on_one_loop(scene.address, many.aiohttp),
            many_streams.on_threads(scene.address, streams.ours),
        ):
            assert set(operation()) == names


def test_memory_is_what_a_stream_adds() -> None:
    answers: dict[str, list[Any]] = {"first": ["images", 1, 1024], "long": ["images", 4, 1024]}
    with serving(**answers) as scene:
        for figures in (
            blocking(scene.address, "long", streams.ours, False)(),
            asynchronous(scene.address, "long", many.ours, False)(),
        ):
            assert set(figures) == {"largest events kept at the peak", "MB"}
