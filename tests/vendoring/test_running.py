"""Copies at work, in processes where our own packages cannot be imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import attr
import attrs
import pytest

from interactions_codegen.vendoring.sources import read_sources

from .conftest import RunCopy, Vendor

REVISIONS = tuple(read_sources().revisions)
TALK = """
import asyncio
import {package} as genai
from {package}.testing import InteractionsServer

def ask(server, revision):
    given = {{"base_url": server.url, "api_key": "k"}}
    given |= {{}} if revision is None else {{"api_revision": revision}}
    with genai.Client(**given) as client:
        answer = client.interactions.create(model="m", input="Say hello")
        events = list(client.interactions.create(model="m", input="Say hello", stream=True))
    async def later():
        async with genai.AsyncClient(**given) as client:
            return await client.interactions.create(model="m", input="Say hello")
    texts = {{answer.output_text, asyncio.run(later()).output_text}}
    assert texts == {{answer.output_text}} and answer.output_text
    assert events[-1].event_type in ("interaction.completed", "interaction.complete")
    module = type(answer).__module__
    assert type(events[0]).__module__.startswith(module.rpartition(".")[0])
    return module

"""


@pytest.mark.parametrize("revision", REVISIONS)
def test_any_revision_alone(revision: str, place: Path, vendor: Vendor, run_copy: RunCopy) -> None:
    assert not vendor(place / "one", "--package", "place.one", "--revisions", revision).code
    module = f"place.one.bindings.v{revision.replace('-', '_')}"
    others = [label for label in REVISIONS if label != revision]
    run_copy(
        TALK.format(package="place.one")
        + f"""
with InteractionsServer() as server:
    assert ask(server, None) == ask(server, {revision!r}) == "{module}.interaction"
assert genai.types.__name__ == {module!r}
for other in {others!r}:
    for make in (genai.Client, genai.AsyncClient):
        try:
            make(api_key="k", api_revision=other)
        except genai.ConfigurationError as error:
            assert str(error) == f"there is no revision {{other!r}}: choose one of {revision}"
        else:
            raise AssertionError
"""
    )


def test_the_default_is_the_newest(place: Path, vendor: Vendor, run_copy: RunCopy) -> None:
    older = "2026-05-07,2025-12-11"
    assert not vendor(place / "two", "--package", "place.two", "--revisions", older).code
    program = """
with InteractionsServer() as server:
    assert ask(server, None) == "place.two.bindings.v2026_05_07.interaction"
    assert ask(server, "2025-12-11") == "place.two.bindings.v2025_12_11.interaction"
"""
    run_copy(TALK.format(package="place.two") + program)


def test_two_copies_in_one_process(place: Path, vendor: Vendor, run_copy: RunCopy) -> None:
    """They talk to one server, and share nothing: no type, no logger, no error."""
    for name in ("one", "two"):
        assert not vendor(place / name, "--package", f"place.{name}").code
    program = """
import logging
import aiohttp, urllib3

def registered():
    loggers = {**logging.root.manager.loggerDict, "root": logging.root}
    return {name: (list(logger.filters), list(logger.handlers))
            for name, logger in loggers.items()
            if isinstance(logger, logging.Logger) and (logger.filters or logger.handlers)}

before = registered()
import place.one as one, place.two as two
from place.one.testing import InteractionsServer

lines = []
class Keep(logging.Handler):
    def emit(self, record):
        lines.append((record.name, record.getMessage()))
keep = Keep()
logging.root.addHandler(keep)
logging.root.setLevel(logging.DEBUG)
with InteractionsServer() as server:
    answers = []
    for genai in (one, two):
        with genai.Client(base_url=server.url, api_key="k") as client:
            create = client.interactions.create
            answers.append(create(model="m", input="Hello", extra_query={"key": "SECRET"}))
            try:
                client.interactions.get("nothing")
            except (one if genai is two else two).InteractionsError:
                raise AssertionError from None
            except genai.NotFoundError as error:
                assert isinstance(error, genai.InteractionsError)
            server.faults.parse("unknown-event")
            list(create(model="m", input="Hello", stream=True))
            server.faults.clear()
    assert answers[0].output_text == answers[1].output_text
    assert type(answers[0]) is not type(answers[1])
    assert len([r for r in server.requests if r.operation == "create"]) == 4
own = {name for name, _ in lines if name.startswith("place")}
assert own == {"place.one", "place.two"}, own
assert any("key=***" in text for _, text in lines)
assert not any("SECRET" in text for _, text in lines)
logging.root.removeHandler(keep)
assert registered() == before
"""
    run_copy(program)


def test_the_command_and_the_fixtures_of_a_copy(
    place: Path, vendor: Vendor, run_copy: RunCopy
) -> None:
    assert not vendor(place / "one", "--package", "place.one").code
    run_copy(
        """
import runpy
sys.argv = ["one", "ask", "--local", "Count from 1 to 3."]
try:
    runpy.run_module("place.one", run_name="__main__", alter_sys=True)
except SystemExit as exit:
    assert exit.code == 0
"""
    )
    (place / "test_it.py").write_text(
        "from place.one import Client\n\n\n"
        "def test_it(interactions_server):\n"
        "    client = Client(base_url=interactions_server.url, api_key='k')\n"
        "    assert client.interactions.create(model='m', input='Hello').output_text\n"
    )
    run_copy(
        "import pytest\n"
        "code = pytest.main(['-q', '-p', 'no:cacheprovider', '-p',"
        f" 'place.one.testing.pytest_plugin', '--rootdir', {str(place)!r},"
        f" '--disable-plugin-autoload', {str(place / 'test_it.py')!r}])\n"
        "assert code == 0\n"
    )


def test_the_types_need_attrs_alone(place: Path, vendor: Vendor, tmp_path: Path) -> None:
    """An interpreter that has attrs, and nothing else beyond the standard library."""
    assert not vendor(place / "api", "--package", "place.api", "--types-only").code
    alone = tmp_path / "alone"
    alone.mkdir()
    for package in (attr, attrs):
        folder = Path(str(package.__file__)).parent
        (alone / folder.name).symlink_to(folder)
    program = f"""
import sys
sys.path[:] = [path for path in sys.path if "site-packages" not in path]
sys.path[:0] = [{str(tmp_path)!r}, {str(alone)!r}]
import place.api
assert not any(name.startswith("place.api.v") for name in sys.modules)
for label in place.api.REVISIONS:
    api = place.api.load(label)
    event = api.structure(api.Event, {{"event_type": "error", "error": {{"code": "x"}}}})
    assert event.error.code == "x", event
    assert api.unstructure(event) == {{"event_type": "error", "error": {{"code": "x"}}}}
    __import__(api.__name__ + ".params")
    try:
        api.make_converter()
    except ModuleNotFoundError as error:
        assert error.name == "cattrs", error
    else:
        raise AssertionError
"""
    command = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
