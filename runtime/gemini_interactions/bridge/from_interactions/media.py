"""A content block of media as a part of generateContent."""

from __future__ import annotations

from typing import Final

from ..fields import Fields, camel
from ..json_values import Json, given, is_array

__all__ = ["media_part"]

_METADATA: Final = {"video": "videoMetadata", "audio": "audioMetadata"}
_PAGED: Final = {
    "page_options": "documentMetadata",
    "spreadsheet_options": "spreadsheetMetadata",
}


def media_part(block: Fields, kind: str) -> Json | None:
    mime_type = _mime_type(block)
    data, uri = block.take("data", str), block.take("uri", str)
    said = given(mimeType=mime_type, displayName=block.take("name", str))
    if data is None and uri is None:
        block.report.dropped(block.path, "it has no data and no address")
        return None
    if data is not None:
        part = {"inlineData": {"data": data, **said}}
        if uri is not None:
            block.report.dropped(block.path_of("uri"), "the data itself is there")
    else:
        part = {"fileData": {"fileUri": uri, **said}}
    level = block.take("resolution", str)
    if level is not None:
        part["mediaResolution"] = {"level": f"MEDIA_RESOLUTION_{level.upper()}"}
    part |= _processing(block, kind)
    return part


def _mime_type(block: Fields) -> str | None:
    """generateContent says the format of audio in parameters of its media type."""
    mime_type = block.take("mime_type", str)
    if mime_type is None:
        return None
    rate, channels = block.take("sample_rate", int), block.take("channels", int)
    rate = block.take("rate", int) if rate is None else rate
    parameters = {"rate": rate, "channels": channels}
    said = [f"{name}={value}" for name, value in parameters.items() if value is not None]
    return ";".join([mime_type, *said])


def _processing(block: Fields, kind: str) -> Json:
    processing = block.any("processing")
    if isinstance(processing, str):
        return {"mediaProcessing": processing.upper()}
    if processing is None:
        return {}
    options = Fields(processing, block.path_of("processing"), block.report)
    mode = options.take("type", str) or "static"
    found: Json = {}
    if mode == "static" and kind in _METADATA:
        found = _options(options, _METADATA[kind])
    elif mode == "static":
        for name, metadata in _PAGED.items():
            if (inner := options.object(name)) is not None:
                found |= _options(inner, metadata)
    options.close()
    return found or {"mediaProcessing": mode.upper()}


def _options(options: Fields, metadata: str) -> Json:
    found = {camel(name): options.any(name) for name in options}
    layers = found.get("contentLayers")
    if is_array(layers):
        found["contentLayers"] = [str(layer).upper() for layer in layers]
    return {metadata: found} if found else {}
