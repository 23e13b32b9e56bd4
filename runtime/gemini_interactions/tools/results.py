"""What the model reads of a call: one rule for everything a function may give.

| the value is                                  | `result` is                                   |
|-----------------------------------------------|-----------------------------------------------|
| a string                                      | the string                                    |
| a content block, or a list that holds some,   | the list of blocks, strings as text blocks    |
| beside nothing but strings                    |                                               |
| an object: a mapping, or an object of a class | the object                                    |
| with fields                                   |                                               |
| any other list                                | one text block with the list as JSON          |
| a number, a boolean, `None`                   | the JSON text                                 |
| an exception                                  | what it says, and the result is an error      |

The service refuses lists that hold anything but content blocks, and results without the name of
their function; every revision takes what this table gives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..errors import InvalidRequestError, ToolError
from .values import Json, as_json, is_list, is_object

_BLOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text",),
    "image": ("data", "uri"),
    "audio": ("data", "uri"),
    "video": ("data", "uri"),
    "document": ("data", "uri"),
    "function": ("name",),
}
"""The types of content blocks, each with the fields of which it has one."""


def function_result(call: Any, value: Any, is_error: bool = False) -> dict[str, Any]:
    """The step (in older revisions: the content block) that answers a function call.

    `call` is the call as it came, typed or as JSON: its id and name are copied.
    """
    step = {
        "type": "function_result",
        "call_id": told_by(call, "id"),
        "name": told_by(call, "name"),
        "result": result_of(value),
    }
    failed = is_error or isinstance(value, BaseException)
    return {**step, "is_error": True} if failed else step


def told_by(call: Any, key: str) -> str:
    told: Any = call.get(key) if is_object(call) else getattr(call, key, None)
    if not isinstance(told, str) or not told:
        raise InvalidRequestError(
            f"a function result needs the {key} of its call, and this"
            f" {call.__class__.__name__} has none"
        )
    return told


def result_of(value: Any) -> Json:
    if isinstance(value, BaseException):
        return said_by(value)
    plain = as_json(value)
    if isinstance(plain, str):
        return plain
    if is_object(plain):
        return [plain] if is_block(plain) else plain
    if is_list(plain):
        return blocks_of(plain) or [text_block(json_text(plain))]
    return json_text(plain)


def said_by(error: BaseException) -> Json:
    if isinstance(error, ToolError):
        return result_of(error.result)
    name, text = type(error).__name__, str(error)
    return f"{name}: {text}" if text else name


def blocks_of(items: list[Any]) -> list[Any] | None:
    """A list of content blocks, with its strings as text blocks; `None` if it is no such list."""
    if not any(map(is_block, items)):
        return None
    blocks = [text_block(item) if isinstance(item, str) else item for item in items]
    return blocks if all(map(is_block, blocks)) else None


def is_block(item: Any) -> bool:
    if not is_object(item):
        return False
    kind = item.get("type")
    fields = _BLOCKS.get(kind, ()) if isinstance(kind, str) else ()
    return any(isinstance(item.get(field), str) for field in fields)


def text_block(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def json_text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
