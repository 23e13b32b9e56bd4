"""Chunks added up, as the documentation says that they add up."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
PADDED = re.compile("[^=]+=*")


def merged(responses: list[Json]) -> Json:
    """Everything the last one says, with the parts of all."""
    parts: list[Json] = []
    for response in responses:
        for part in response["candidates"][0]["content"]["parts"]:
            if parts and continues(parts[-1], part):
                parts[-1] = added(parts[-1], part)
            else:
                parts.append(part)
    last = responses[-1]
    content = {"role": "model", "parts": [*map(unpadded, parts)]}
    candidate = {**last["candidates"][0], "content": content}
    return {**last, "candidates": [candidate]}


def continues(before: Json, part: Json) -> bool:
    """A text goes on with a text, audio with audio of its kind; what is signed is over."""
    own = {"text", "thought", "inlineData"}
    if before.keys() - own or ("text" in before) != ("text" in part):
        return False
    if "text" in part:
        return bool(before.get("thought")) == bool(part.get("thought"))
    if "inlineData" not in before or "inlineData" not in part:
        return False
    kinds = [item["inlineData"].get("mimeType", "") for item in (before, part)]
    return kinds[0] == kinds[1] and kinds[0].partition("/")[0] in ("audio", "")


def added(before: Json, part: Json) -> Json:
    if "text" in part:
        return {**before, **part, "text": before["text"] + part["text"]}
    data = before["inlineData"]["data"] + part["inlineData"]["data"]
    return {**part, "inlineData": {**before["inlineData"], "data": data}}


def unpadded(part: Json) -> Json:
    """A part whose audio is one base64 text, where it was several that are padded each."""
    data = part.get("inlineData", {}).get("data", "")
    if "=" not in data.rstrip("="):
        return part
    try:
        pieces = [b64decode(piece, validate=True) for piece in PADDED.findall(data)]
    except ValueError:
        return part
    whole = b64encode(b"".join(pieces)).decode()
    return {**part, "inlineData": {**part["inlineData"], "data": whole}}
