"""inlineData and fileData, with all that a part says about them, as a content block."""

from __future__ import annotations

from typing import Final

from ..counterparts import media_kind
from ..fields import Fields, Reader, integer, number, text, words
from ..json_values import Json, base64_text
from .forms import Forms, Product

__all__ = ["media_block"]

_OPTIONS: Final = {
    "video": ("StaticMediaProcessing", ("video_metadata",)),
    "audio": ("AudioStaticMediaProcessing", ("audio_metadata",)),
    "document": ("DocumentStaticMediaProcessing", ("document_metadata", "spreadsheet_metadata")),
}
"""What a kind of media is prepared with, and the fields of a part that say how."""
_INNER: Final = {
    "document_metadata": ("page_options", "PageProcessingOptions"),
    "spreadsheet_metadata": ("spreadsheet_options", "SpreadsheetProcessingOptions"),
}
"""Options of documents are one level deeper."""
_METADATA: Final[dict[str, Reader]] = {
    "content_layers": words,
    "start_offset": text,
    "end_offset": text,
    "fps": number,
    "start_page": integer,
    "end_page": integer,
    "visible_cells": text,
    "sheet_index": integer,
}
_AUDIO_PARAMETERS: Final = {"rate": "sample_rate", "channels": "channels"}


def media_block(part: Fields, name: str, forms: Forms, resolution: str | None) -> Json | None:
    """The block of `inline_data` or `file_data`; `resolution` is for those without their own."""
    source = part.object(name)
    if source is None:
        return None
    uri = source.take("file_uri", str) if name == "file_data" else None
    data = source.take("data", str) if name == "inline_data" else None
    mime_type = source.take("mime_type", str)
    if data is None and uri is None:
        source.report.dropped(source.path, "it has no data and no address")
        return None
    kind = media_kind(mime_type, uri)
    block = forms.tagged("content", kind, source.path, source.report)
    if block is None:
        return None
    _put_mime_type(block, mime_type, source.path_of("mime_type"))
    block.put("data", None if data is None else base64_text(data), source.path_of("data"))
    block.put("uri", uri, source.path_of("file_uri"))
    block.put("name", source.take("display_name", str), source.path_of("display_name"))
    source.close()
    _put_resolution(block, part, resolution)
    _put_processing(block, part, kind)
    return block.json()


def _put_mime_type(block: Product, mime_type: str | None, path: str) -> None:
    """Audio says its sample rate and channels as parameters of its media type."""
    if mime_type is None or ";" not in mime_type or not block.has("sample_rate"):
        block.put("mime_type", mime_type, path)
        return
    base, *parameters = (word.strip() for word in mime_type.split(";"))
    found: dict[str, str] = {}
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        found[name] = value
    kept = [base.lower()]
    block.put("mime_type", kept[0], path)
    for parameter, field in _AUDIO_PARAMETERS.items():
        value = found.get(parameter, "")
        if value.isascii() and value.isdecimal():
            block.put(field, int(value), path)
            kept.append(f"{parameter}={int(value)}")
    if ";".join(kept) != mime_type:
        block.report.changed(path, f"it becomes {';'.join(kept)}")


def _put_resolution(block: Product, part: Fields, default: str | None) -> None:
    own = part.object("media_resolution")
    if own is not None:
        level = own.word("level", "MEDIA_RESOLUTION_")
        block.put("resolution", level, own.path_of("level"))
        own.close()
    elif block.has("resolution"):
        block.put("resolution", default, part.path)


def _put_processing(block: Product, part: Fields, kind: str) -> None:
    """Metadata is an option of static processing, and not of any other."""
    mode_path, mode = part.path_of("media_processing"), part.word("media_processing")
    form, names = _OPTIONS.get(kind, ("", ()))
    options = None
    if mode in (None, "static") and block.has("processing") and any(name in part for name in names):
        options = block.forms.named(form, part.path, block.report)
    if options is None:
        block.put("processing", mode, mode_path)
        return
    for name in names:
        _put_options(options, name, part)
    if not options.fields:
        block.put("processing", mode, mode_path)
        return
    block.put("processing", options.json(), part.path)
    if mode:
        block.report.changed(mode_path, "that there is metadata says the same")


def _put_options(options: Product, name: str, part: Fields) -> None:
    metadata = part.object(name)
    if metadata is None:
        return
    inner = _INNER.get(name)
    target = options
    if inner:
        made = options.forms.named(inner[1], metadata.path, options.report)
        assert made is not None  # whoever has the options has what belongs to them
        target = made
    target.copy(metadata, {name: read for name, read in _METADATA.items() if target.has(name)})
    metadata.close()
    if not target.fields:
        options.report.dropped(metadata.path, "it is empty")
    elif inner:
        options.put(inner[0], target.json(), metadata.path)
