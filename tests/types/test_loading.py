"""Revisions load one at a time, only when asked, with nothing but attrs, from any thread."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest

import gemini_interactions_types as types

HEAVY = ("urllib3", "cattrs", "jsonschema", "jsonschema_rs", "pydantic", "aiohttp", "orjson")
REVISION_MODULES = {r: "v" + r.replace("-", "_") for r in types.REVISIONS}


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has after some code."""
    script = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def revisions_in(modules: set[str]) -> set[str]:
    return {
        label
        for label, name in REVISION_MODULES.items()
        if any(m.startswith(f"gemini_interactions_types.{name}") for m in modules)
    }


def test_the_package_loads_no_revision() -> None:
    modules = loaded_by("import gemini_interactions_types")
    assert revisions_in(modules) == set()
    assert "attrs" not in modules


@pytest.mark.parametrize("label", types.REVISIONS)
@pytest.mark.parametrize(
    "code",
    [
        "import gemini_interactions_types.{module}",
        "from gemini_interactions_types import {module}",
        "import gemini_interactions_types as t; t.{module}",
        "import gemini_interactions_types as t; t.load({label!r})",
    ],
)
def test_a_revision_loads_itself_alone(label: str, code: str) -> None:
    modules = loaded_by(code.format(module=REVISION_MODULES[label], label=label))
    assert revisions_in(modules) == {label}
    assert not modules.intersection(HEAVY)
    assert "gemini_interactions" not in modules


def test_reading_and_writing_need_no_cattrs() -> None:
    modules = loaded_by(
        "from gemini_interactions_types import v2026_05_20 as v\n"
        "v.unstructure(v.structure(v.Event, {'event_type': 'step.stop', 'index': 0}))"
    )
    assert "cattrs" not in modules
    modules = loaded_by(
        "from gemini_interactions_types import v2026_05_20 as v\nv.make_converter()"
    )
    assert "cattrs" in modules


def test_a_stream_needs_no_constructor() -> None:
    loaded_by(
        """
from gemini_interactions_types import v2026_05_20 as v
from gemini_interactions_types._support.late import Late
payload = {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "a"}}
event = v.structure(v.Event, payload)
assert v.unstructure(event) == payload
assert isinstance(vars(v.StepDelta)["__init__"], Late)
assert isinstance(vars(v.TextDelta)["__attrs_attrs__"], Late)
assert v.TextDelta(text="a") == event.delta
assert not isinstance(vars(v.TextDelta)["__init__"], Late)
"""
    )


def test_load() -> None:
    for label in types.REVISIONS:
        module: Any = types.load(label)
        assert isinstance(module, ModuleType)
        assert label == module.REVISION
    assert types.load() is types.load(types.LATEST)
    assert types.REVISIONS[-1] == types.LATEST
    assert list(types.REVISIONS) == sorted(types.REVISIONS)


@pytest.mark.parametrize("label", ["", "latest", "2026-05-21", "v2026_05_20", "os"])
def test_load_of_a_revision_that_is_not(label: str) -> None:
    choices = "choose one of 2025-12-11, 2026-05-07, 2026-05-20"
    with pytest.raises(ValueError, match=choices) as caught:
        types.load(label)
    assert repr(label) in str(caught.value)


def test_attributes_of_the_package() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'v2024_01_01'"):
        _ = types.v2024_01_01
    assert types.latest is types.load()
    assert types.latest_params.__name__ == f"{types.latest.__name__}.params"


@pytest.mark.parametrize("label", types.REVISIONS)
def test_headers_and_exports(label: str) -> None:
    module: Any = types.load(label)
    assert (None if label == "2025-12-11" else label) == module.HEADER
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None or name == "HEADER"


def test_first_use_from_many_threads() -> None:
    loaded_by(
        """
import threading
barrier = threading.Barrier(16)
results, errors = [], []

def work(number):
    try:
        barrier.wait()
        from gemini_interactions_types import load
        v = load("2026-05-20")
        class Own(v.TextDelta):
            pass
        event = {"event_type": "step.delta", "index": number, "delta": {"text": "a"}}
        for _ in range(50):
            assert v.unstructure(v.structure(v.Event, event)) == event
            assert v.unstructure(Own(text="a")) == {"type": "text", "text": "a"}
        assert v.make_converter().unstructure(v.structure(v.Event, event)) == event
        results.append(v)
    except BaseException as error:
        errors.append(repr(error))

threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
sys.setswitchinterval(1e-6)
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not errors, errors
assert len(results) == 16 and len(set(map(id, results))) == 1
"""
    )
