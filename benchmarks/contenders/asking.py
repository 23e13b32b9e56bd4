"""What every contender asks for, and where."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

MODEL = "gemini-3-flash-preview"
INPUT = "Go on."
PATH = "/v1beta/interactions"
WHOLE: dict[str, Any] = {"model": MODEL, "input": INPUT}
STREAMED: dict[str, Any] = {**WHOLE, "stream": True}


def request_bytes(url: str, fields: dict[str, Any]) -> bytes:
    """A request as it goes over a socket."""
    to, body = urlsplit(url), json.dumps(fields)
    head = f"POST {to.path}{PATH} HTTP/1.1\r\nHost: {to.netloc}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n{body}".encode()
