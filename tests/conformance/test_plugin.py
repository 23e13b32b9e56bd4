"""The pytest plugin, used as another project would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import urllib3

from gemini_interactions import Client
from gemini_interactions.conformance.assertions import assert_conforms
from gemini_interactions.conformance.live.proxy import Proxy
from gemini_interactions.conformance.recordings import Exchange, Recorder, Request, Response
from gemini_interactions.conformance.replaying import ReplayMismatchError, ReplayServer
from gemini_interactions.testing import InteractionsServer

pytest_plugins = ["pytester"]

PLUGIN = "gemini_interactions.conformance.pytest_plugin"
MODEL = "gemini-3-flash-preview"


# --- assertions --------------------------------------------------------------------------------


def test_what_conforms_passes() -> None:
    assert_conforms({"model": MODEL, "input": "Hello."}, kind="request", strict=True)
    assert_conforms({"event_type": "step.stop", "index": 0}, kind="event", strict=True)
    interaction = {"id": "v1_x", "status": "completed", "created": "now", "updated": "now"}
    assert_conforms(interaction, revision="2026-05-07", strict=True)


def test_the_message_lists_each_deviation_with_its_pointer() -> None:
    payload = {"status": "completed", "steps": [{"type": "model_output", "content": 5}], "odd": 1}
    with pytest.raises(AssertionError) as caught:
        assert_conforms(payload)
    first, *lines = str(caught.value).splitlines()
    assert first == "the interaction does not conform to 2026-05-20: 2 deviations"
    assert sorted(line.partition(": ")[0] for line in lines) == ["  /odd", "  /steps/0/content"]


def test_known_deviations_fail_in_strict_mode_only() -> None:
    payload = {"id": "v1_x", "status": "completed", "object": "interaction"}
    assert_conforms(payload)
    with pytest.raises(AssertionError, match="known: object-constant"):
        assert_conforms(payload, strict=True)


def test_a_stream_is_judged_as_a_whole() -> None:
    created = {"event_type": "interaction.created", "interaction": {"id": "a", "status": "queued"}}
    update = {"event_type": "interaction.status_update", "interaction_id": "b"}
    with pytest.raises(AssertionError) as caught:
        assert_conforms([created, {**update, "status": "in_progress"}], kind="stream")
    message = str(caught.value)
    assert "event 2 /interaction_id: interaction-id" in message
    assert "the stream: terminal" in message


# --- replaying ---------------------------------------------------------------------------------


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A turn with a stream, a get and a delete, recorded by the proxy."""
    path = tmp_path / "turn.jsonl"
    with (
        InteractionsServer() as server,
        Recorder(path) as recorder,
        Proxy(server.url, recorder=recorder) as proxy,
    ):
        use(proxy.url)
    return path


def use(url: str, text: str = "Count from 1 to 25.") -> Any:
    tool: Any = {"type": "mcp_server", "name": "x", "url": "https://x.test", "headers": {"k": "v"}}
    with Client(api_key="any", base_url=url) as client:
        calls: Any = client.interactions
        with calls.create(model=MODEL, input=text, stream=True, tools=[tool]) as stream:
            whole = stream.until_done()
        assert calls.get(whole.id).output_text == whole.output_text
        calls.delete(whole.id)
        return whole


def test_a_recording_is_played_as_it_was(recording: Path) -> None:
    with InteractionsServer() as server:
        real = use(server.url)
    with ReplayServer(recording) as replay:
        assert use(replay.url) == real
        replay.check()
        assert replay.unplayed == []


def test_a_request_that_differs_is_told_with_its_difference(recording: Path) -> None:
    with ReplayServer(recording) as replay:
        with pytest.raises(Exception, match="a request that is not recorded"):
            use(replay.url, "Count from 1 to 24.")
        with pytest.raises(ReplayMismatchError) as caught:
            replay.check(whole=False)
    lines = str(caught.value).splitlines()
    assert '-  "input": "Count from 1 to 25.",' in lines
    assert '+  "input": "Count from 1 to 24.",' in lines


def test_what_was_not_asked_for_is_told(recording: Path) -> None:
    with ReplayServer(recording) as replay:
        with pytest.raises(ReplayMismatchError, match="never sent:\nPOST /v1beta/interactions"):
            replay.check()
        replay.check(whole=False)


def exchange(status: int, path: str = "/v1beta/interactions/x") -> Exchange:
    response = Response(status=status, headers={"Content-Type": "text/x"}, body=b"%d" % status)
    return Exchange(request=Request(method="GET", url=f"http://h/p{path}"), response=response)


def test_equal_requests_get_their_answers_in_order() -> None:
    exchanges = [exchange(200), exchange(202), exchange(404, "/v1beta/y")]
    with ReplayServer(exchanges) as replay, urllib3.PoolManager(retries=False) as pool:
        url = f"{replay.url}/v1beta/interactions/x"
        statuses = [pool.request("GET", f"{replay.url}/v1beta/y").status]
        statuses += [pool.request("GET", url).status for _ in range(2)]
        again = pool.request("GET", url)
    assert statuses == [404, 200, 202]
    assert again.status == 501
    assert "nothing is left" in again.json()["error"]["message"]


def test_a_connection_that_broke_breaks_again() -> None:
    broken = Exchange(request=Request(method="GET", url="http://h/v1beta/interactions/x"))
    with (
        ReplayServer([broken]) as replay,
        urllib3.PoolManager(retries=False) as pool,
        pytest.raises(urllib3.exceptions.ProtocolError),
    ):
        pool.request("GET", f"{replay.url}/v1beta/interactions/x")


# --- as a plugin -------------------------------------------------------------------------------


def test_the_fixtures_in_another_project(
    pytester: pytest.Pytester, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(os.path.abspath, sys.path)))
    pytester.makeconftest(f"from {PLUGIN} import assert_conforms, replay")
    pytester.makepyfile(
        f"""
        import urllib3

        RECORDING = {str(recording)!r}

        def test_good(assert_conforms):
            assert_conforms({{"status": "completed"}})

        def test_bad(assert_conforms):
            assert_conforms({{"status": 1}})

        def test_other_request(replay):
            server = replay(RECORDING, whole=False)
            with urllib3.PoolManager() as pool:
                pool.request("GET", server.url + "/v1beta/interactions/other")

        def test_unplayed(replay):
            replay(RECORDING)
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, failed=1, errors=2)
    text = result.stdout.str()
    assert "/status: type: a string is expected, an integer came, got 1" in text
    assert "ReplayMismatchError: a request that is not recorded:" in text
    assert "+GET /v1beta/interactions/other" in text
    assert "ReplayMismatchError: recorded, and never sent:" in text


def test_being_registered_imports_nothing() -> None:
    code = f"""
import json, sys
import pytest, gemini_interactions.testing.pytest_plugin
before = set(sys.modules)
import {PLUGIN}
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["gemini_interactions.conformance", PLUGIN]
