"""Starting, stopping, and leaving nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gemini_interactions.testing import InteractionsServer

SOURCES = [str(path) for path in sys.path]


def run_python(code: str, *flags: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(SOURCES)}
    command = [sys.executable, *flags, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts files through /proc")
def test_stop_leaves_no_thread_and_no_file(api_for: Any) -> None:
    threads, files = threading.active_count(), open_files()
    for _ in range(3):
        with InteractionsServer(faults=["stall after=2 hits=0 on=stream"]) as server:
            api = api_for(server)
            stalled = [api.connect() for _ in range(5)]
            assert all(connection.recv(10) for connection in stalled)
            api.create()
            api.pool.clear()
        for connection in stalled:
            while connection.recv(65536):
                pass
            connection.close()
    assert (threading.active_count(), open_files()) == (threads, files)


def test_no_warning_at_all() -> None:
    code = """
import gc, socket
from gemini_interactions.testing import InteractionsServer
with InteractionsServer() as server:
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
    held[0].sendall(b"GET /v1/interactions/x HTTP/1.1\\r\\nHost: a\\r\\n")
    held[1].sendall(b"GET /v1/interactions/x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
    held[1].recv(1000)
for connection in held:
    connection.close()
gc.collect()
"""
    done = run_python(code, "-X", "dev", "-W", "error")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_restart_keeps_port_and_interactions(api: Any) -> None:
    identity = api.create()["id"]
    port = api.server.port

    api.server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    api.server.stop()
    api.server.start()

    api.pool.clear()
    assert api.server.port == port
    assert api.get(identity)["id"] == identity
    with pytest.raises(RuntimeError, match="runs already"):
        api.server.start()


def test_a_taken_port_is_an_error() -> None:
    with InteractionsServer() as server, pytest.raises(OSError, match="in use"):
        InteractionsServer(port=server.port).start()


def test_same_calls_same_bytes(make_interactions_server: Any, api_for: Any) -> None:
    told = [api_for(make_interactions_server(seed=3)).stream_bytes() for _ in range(2)]
    assert told[0] == told[1]
    assert told[0] != api_for(make_interactions_server(seed=4)).stream_bytes()


def test_many_streams_at_once(api: Any) -> None:
    api.server.faults.add("stall", after=3, hits=0, on="create")
    connections = [api.connect() for _ in range(200)]
    for connection in connections:
        data = b""
        while data.count(b"\n\n\r\n") < 3:
            data += connection.recv(65536)
    api.server.release()
    with ThreadPoolExecutor(8) as pool:
        endings = list(pool.map(_rest, connections))
    assert all(ending.endswith(b"0\r\n\r\n") for ending in endings)


def _rest(connection: socket.socket) -> bytes:
    data = b""
    with connection:
        while not data.endswith(b"0\r\n\r\n"):
            data += connection.recv(65536)
    return data


def test_serve_forever_until_interrupted() -> None:
    code = """
from gemini_interactions.testing import serve_forever
serve_forever(port=0, revision="2026-05-07", on_ready=lambda url: print(url, flush=True),
              on_request=lambda request: print(request.operation, flush=True))
print("stopped")
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(SOURCES)}
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stderr
        url = process.stdout.readline().strip()
        body = b'{"model": "m", "input": "x"}'
        with urllib.request.urlopen(f"{url}/v1/interactions", body) as reply:
            assert b'"outputs"' in reply.read()
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "create\nstopped\n"
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_import_needs_no_aiohttp_and_says_what_to_install() -> None:
    code = """
import sys
sys.modules["aiohttp"] = None
from gemini_interactions.testing import InteractionsServer
try:
    InteractionsServer().start()
except ImportError as error:
    print(error)
"""
    done = run_python(code)
    assert "pip install 'gemini-interactions[server]'" in done.stdout, done.stderr
