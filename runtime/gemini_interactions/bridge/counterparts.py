"""Names of one API in the words of the other; each table serves both directions."""

from __future__ import annotations

from collections.abc import Mapping
from mimetypes import guess_type
from typing import Final

__all__ = ["ARGUMENTS", "RESULTS", "SEARCH_TYPES", "SERVER_TOOLS", "media_kind"]

SERVER_TOOLS: Final[Mapping[str, str]] = {
    "GOOGLE_SEARCH_WEB": "google_search",
    "GOOGLE_SEARCH_IMAGE": "google_search",
    "URL_CONTEXT": "url_context",
    "GOOGLE_MAPS": "google_maps",
    "FILE_SEARCH": "file_search",
    "MEDIA_PROCESSING": "processing",
}
"""Types of `toolCall` and `toolResponse`: the tool whose call and result they are."""
SEARCH_TYPES: Final[Mapping[str, str]] = {
    "GOOGLE_SEARCH_WEB": "web_search",
    "GOOGLE_SEARCH_IMAGE": "image_search",
}
ARGUMENTS: Final[Mapping[str, str]] = {
    "google_search": "GoogleSearchCallArguments",
    "url_context": "URLContextCallArguments",
    "google_maps": "GoogleMapsCallArguments",
}
RESULTS: Final[Mapping[str, str]] = {
    "google_search": "GoogleSearchResult",
    "url_context": "URLContextResult",
    "google_maps": "GoogleMapsResult",
    "file_search": "FileSearchResult",
}
_KINDS: Final = frozenset({"image", "audio", "video"})
_VIDEO_SITES: Final = ("https://www.youtube.com/", "https://youtube.com/", "https://youtu.be/")


def media_kind(mime_type: str | None, uri: str | None) -> str:
    """The content type of a media type: by its prefix, or by what the address suggests."""
    if mime_type is None and uri is not None:
        if uri.startswith(_VIDEO_SITES):
            return "video"
        mime_type = guess_type(uri.partition("?")[0])[0]
    kind = (mime_type or "").partition("/")[0].lower()
    return kind if kind in _KINDS else "document"
