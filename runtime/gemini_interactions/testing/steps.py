"""Builders for the steps that scenarios answer with, in the form the newest revision stores."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from .json_values import Json, compact


def opaque(*parts: object) -> str:
    """A short token that depends on its parts alone, so that every run repeats itself."""
    digest = hashlib.sha256(compact([str(part) for part in parts]).encode()).digest()
    return base64.b32encode(digest[:5]).decode().lower()


def signature(*parts: object) -> str:
    """Stands for the sealed reasoning of the model: valid base64, same parts same text."""
    return base64.b64encode(hashlib.sha256(repr(parts).encode()).digest()).decode()


def text(value: str, annotations: list[Json] | None = None) -> Json:
    block: Json = {"text": value, "type": "text"}
    return block | {"annotations": annotations} if annotations else block


def model_output(*content: Json) -> Json:
    return {"type": "model_output", "content": list(content)}


def thought(summary: str = "", *, seed: object = "") -> Json:
    step: Json = {"type": "thought", "signature": signature("thought", summary, seed)}
    return step | {"summary": [text(summary)]} if summary else step


def function_call(name: str, arguments: Json, *, seed: object) -> Json:
    identity = opaque("function", name, arguments, seed)
    return {"id": identity, "type": "function_call", "name": name, "arguments": arguments}


def tool_call(kind: str, seed: object, **fields: Any) -> Json:
    """A call of a tool that the service runs itself."""
    return {
        "id": opaque(kind, seed),
        "signature": signature(kind, seed),
        "type": f"{kind}_call",
        **fields,
    }


def tool_result(kind: str, seed: object, **fields: Any) -> Json:
    """The result that belongs to `tool_call` with the same kind and seed."""
    return {
        "call_id": opaque(kind, seed),
        "signature": signature(kind, "result", seed),
        "type": f"{kind}_result",
        **fields,
    }
