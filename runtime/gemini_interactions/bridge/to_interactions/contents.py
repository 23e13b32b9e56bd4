"""Contents as the input of an interaction: steps, or in the older revisions turns.

Contents are whatever generateContent programs pass: a text, a part, a file, a content, or a list
of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from attrs import frozen

from ..fields import Fields, snake
from ..json_values import Json, is_array, is_object, pointer
from ..losses import Report
from .parts import Parts

__all__ = ["Message", "input_of", "messages"]

_ROLES: Final = {"user": "user", "model": "model", "function": "user", "tool": "user"}


@frozen
class Message:
    """What one side says in one content."""

    role: str
    parts: list[Fields]
    path: str


# --- all the forms that contents have -------------------------------------------------------


def messages(contents: Any, path: str, report: Report) -> list[Message]:
    """Contents in their one full form; `contents` is plain JSON."""
    if not is_array(contents):
        return [_message(contents, path, report)] if contents is not None else []
    found: list[Message] = []
    entries = list(enumerate(contents))
    for is_loose, group in groupby(entries, lambda entry: _is_part(entry[1])):
        if is_loose:
            loose = [_part(part, pointer(path, at), report) for at, part in group]
            found += _by_side(loose)
        else:
            found += [_message(content, pointer(path, at), report) for at, content in group]
    return found


def _message(content: Any, path: str, report: Report) -> Message:
    if _is_part(content):
        return next(_by_side([_part(content, path, report)]))
    if is_array(content):
        items = enumerate(content)
        return Message("user", [_part(part, pointer(path, at), report) for at, part in items], path)
    fields = Fields(content, path, report)
    role = fields.take("role", str) or "user"
    if role not in ("user", "model"):
        why = f"it becomes {_ROLES.get(role, 'user')!r}"
        report.changed(fields.path_of("role"), why)
    where = fields.path_of("parts")
    parts: Any = fields.any("parts")
    listed = parts if is_array(parts) else [] if parts is None else [parts]
    found = [_part(part, pointer(where, at), report) for at, part in enumerate(listed)]
    fields.close()
    return Message(_ROLES.get(role, "user"), found, path)


def _by_side(parts: list[Fields]) -> Iterator[Message]:
    """Parts without a content: function calls are the model's, all else is the user's."""
    for is_call, group in groupby(parts, lambda part: "function_call" in part):
        found = list(group)
        yield Message("model" if is_call else "user", found, found[0].path)


def _is_part(value: Any) -> bool:
    """A content has a role, or parts; a list is several parts."""
    if is_object(value):
        return {snake(key) for key in value}.isdisjoint({"role", "parts"})
    return not is_array(value)


def _part(value: Any, path: str, report: Report) -> Fields:
    if isinstance(value, str):
        return Fields({"text": value}, path, report)
    if is_object(value) and "uri" in value:
        return _file(Fields(value, path, report))
    return Fields(value, path, report)


def _file(file: Fields) -> Fields:
    """A file as the Files API describes it, which is given in place of a part."""
    data = {
        "file_uri": file.take("uri", str),
        "mime_type": file.take("mime_type", str),
        "display_name": file.take("display_name", str),
    }
    for name in file:  # the rest describes the stored file, not what is said with it
        file.any(name)
    return Fields({"file_data": data}, file.path, file.report)


# --- their translation ----------------------------------------------------------------------


def input_of(contents: list[Message], parts: Parts) -> list[Json]:
    if parts.forms.has_steps:
        return _steps(contents, parts)
    return [
        {
            "role": message.role,
            "content": [
                item
                for part in message.parts
                for item in parts.items(part, message.role == "model")
            ],
        }
        for message in contents
    ]


def _steps(contents: list[Message], parts: Parts) -> list[Json]:
    steps: list[Json] = []
    before = None
    for message in contents:
        if not message.parts:
            parts.report.dropped(message.path, "it is empty, and steps say something")
        elif message.role == before:
            parts.report.changed(message.path, "it joins the content before it")
        found = list(_steps_of(message, parts))
        steps += found
        before = message.role if found else before
    return steps


def _steps_of(message: Message, parts: Parts) -> Iterator[Json]:
    """Neighbouring blocks share a step; everything else is a step of its own."""
    from_model = message.role == "model"
    open_step: Json | None = None
    for part in message.parts:
        path = part.path
        for item in parts.items(part, from_model):
            if not parts.forms.is_block(item):
                if from_model == (item["type"] == "function_result"):
                    side = "the user" if from_model else "the model"
                    parts.report.changed(path, f"it becomes a step of {side}")
                open_step = None
                yield item
            elif open_step is None:
                open_step = {"type": "model_output" if from_model else "user_input"}
                open_step["content"] = [item]
                yield open_step
            else:
                open_step["content"].append(item)
