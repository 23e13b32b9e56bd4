"""One call for every field that a program can give: the field, and what it needs around it."""

from __future__ import annotations

import copy
from collections import deque
from typing import Any, Final

from .surface import SURFACE, camel

ROOTS: Final = {"Content": "/contents/0", "GenerateContentConfig": "/config"}
BLOB: Final = {"mimeType": "video/mp4", "data": "AAAA"}
AROUND: Final[dict[str, Any]] = {
    "Content": {"role": "model", "parts": [{"text": "x"}]},
    "FunctionDeclaration": {"name": "f"},
    "FunctionCall": {"name": "f", "id": "1", "args": {}},
    "FunctionResponse": {"name": "f", "id": "1", "response": {}},
    "ExecutableCode": {"id": "1"},
    "CodeExecutionResult": {"id": "1", "outcome": "OUTCOME_OK", "output": "x"},
    "ToolCall": {"id": "1", "toolType": "GOOGLE_SEARCH_WEB", "args": {}},
    "ToolResponse": {"id": "1", "toolType": "GOOGLE_SEARCH_WEB", "response": {}},
    "Blob": BLOB,
    "FunctionResponseBlob": BLOB,
    "FileData": {"fileUri": "gs://a/b", "mimeType": "video/mp4"},
    "FunctionResponseFileData": {"fileUri": "gs://a/b", "mimeType": "video/mp4"},
    "SafetySetting": {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"},
}
"""What an object of a type needs to be understood."""
KINDS_OF_MEDIA: Final = {
    "audio_metadata": "audio/wav",
    "document_metadata": "application/pdf",
    "spreadsheet_metadata": "application/pdf",
}
ON_TEXT: Final = ("text", "thought", "thought_signature", "speech_metadata", "audio_transcription")
ON_MEDIA: Final = (
    *("media_resolution", "video_metadata", "media_processing", "part_metadata"),
    *KINDS_OF_MEDIA,
)
OF_USER: Final = ("function_response",)
VALUES: Final[dict[tuple[str, str], Any]] = {
    ("Content", "role"): "model",
    ("CodeExecutionResult", "outcome"): "OUTCOME_FAILED",
    ("ToolCall", "args"): {"queries": ["x"]},
    ("ToolCall", "tool_type"): "URL_CONTEXT",
    ("ToolResponse", "response"): {"result": [{}]},
    ("ToolResponse", "tool_type"): "URL_CONTEXT",
    ("GenerateContentConfig", "response_json_schema"): {"type": "object"},
    ("GenerateContentConfig", "candidate_count"): 2,
    ("GenerateContentConfig", "response_modalities"): ["TEXT"],
    ("GenerateContentConfig", "service_tier"): "flex",
    ("ToolConfig", "include_server_side_tool_invocations"): False,
    ("FunctionCallingConfig", "stream_function_call_arguments"): False,
}
LEAVES: Final = {"string": "x", "integer": 2, "number": 2.5, "boolean": True, "bytes": "AAAA"}
ENUMS: Final = {
    "language": "PYTHON",
    "category": "HARM_CATEGORY_HARASSMENT",
    "threshold": "BLOCK_NONE",
    "level": "MEDIA_RESOLUTION_LOW",
}


def ways() -> dict[str, list[tuple[str, str]]]:
    """Every type that a program can give, with the shortest way of fields to it."""
    found: dict[str, list[tuple[str, str]]] = {root: [] for root in ROOTS}
    waiting = deque(ROOTS)
    while waiting:
        name = waiting.popleft()
        for field, kind in SURFACE[name].items():
            inner = kind.strip("[]")
            if inner in SURFACE and inner not in found:
                found[inner] = [*found[name], (name, field)]
                waiting.append(inner)
    return found


WAYS: Final = ways()


def value(name: str, field: str) -> Any:
    """A value of a field that means something."""
    if (name, field) in VALUES:
        return copy.deepcopy(VALUES[name, field])
    kind = SURFACE[name][field]
    inner = kind.strip("[]")
    if inner in SURFACE:
        found: Any = copy.deepcopy(AROUND.get(inner, {}))
        if not found and inner not in ("Schema",):
            found = simple(inner)
    elif inner == "enum":
        found = ENUMS.get(field, "LOW")
    else:
        found = copy.deepcopy(LEAVES.get(inner, {"k": "v"}))
    return [found] if kind.startswith("[") else found


def simple(name: str) -> Any:
    """An object of a type with one leaf in it, where it has one."""
    for field, kind in SURFACE[name].items():
        if kind in LEAVES:
            return {camel(field): LEAVES[kind]}
    return {}


def call(name: str, field: str) -> tuple[Any, Any, str]:
    """Contents and config in which a type has a field, and the pointer to the field."""
    way = [*WAYS[name], (name, field)]
    root, path = way[0][0], ROOTS[way[0][0]]
    tree: Any = copy.deepcopy(AROUND.get(root, {}))
    holder = tree
    for at, (owner, step) in enumerate(way):
        surround(owner, step, holder)
        path += f"/{camel(step)}"
        if at == len(way) - 1:
            holder[camel(step)] = value(owner, step)
            break
        inner: Any = copy.deepcopy(AROUND.get(SURFACE[owner][step].strip("[]"), {}))
        listed = SURFACE[owner][step].startswith("[")
        holder[camel(step)] = [inner] if listed else inner
        path += "/0" if listed else ""
        holder = inner
    if root == "Content":
        if any(step in OF_USER for _, step in way):
            tree["role"] = "user"
        return [tree], {}, path
    if any(step == "retrieval_config" for _, step in way):
        tree["tools"] = [{"googleMaps": {}}]
    return "x", tree, path


def surround(owner: str, field: str, holder: Any) -> None:
    """What a field of a part is about."""
    if owner == "Part" and field in ON_TEXT:
        holder["text"] = "x"
    if owner in ("Part", "FunctionResponsePart") and field in ON_MEDIA:
        mime_type = KINDS_OF_MEDIA.get(field, "video/mp4")
        holder["inlineData"] = {"mimeType": mime_type, "data": "AAAA"}
