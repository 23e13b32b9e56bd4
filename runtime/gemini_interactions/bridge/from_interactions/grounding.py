"""What an answer rests on: searches, places, files and citations, beside its content."""

from __future__ import annotations

from typing import Any, Final

from attrs import define, field

from ..fields import Fields
from ..json_values import Json, array_of, given, is_array, is_object, objects_in
from .parts import Note

__all__ = ["Grounding", "url_context_metadata"]


@define
class Grounding:
    """`groundingMetadata`, collected from steps and from the annotations of texts."""

    _found: Json = field(factory=dict[str, Any])
    _chunks: list[Json] = field(factory=list[Json])
    _supports: dict[tuple[int, int, int], Json] = field(factory=dict[tuple[int, int, int], Json])

    def add_step(self, step: Json) -> None:
        """Queries and results; their steps are parts of the content as well."""
        tag: Any = step.get("type")
        queries = _queries(step.get("arguments"))
        if tag == "google_search_call":
            is_image = step.get("search_type") == "image_search"
            self._extend("imageSearchQueries" if is_image else "webSearchQueries", queries)
        elif tag in ("google_maps_call", "retrieval_call"):
            self._extend("retrievalQueries", queries)
        for result in objects_in(step.get("result")):
            if tag == "google_search_result":
                self._search_result(result)
            elif tag == "google_maps_result":
                self._maps_result(result)

    def _extend(self, name: str, values: list[str]) -> None:
        if values:
            self._found.setdefault(name, []).extend(values)

    def _search_result(self, result: Json) -> None:
        shown = result.get("search_suggestions") or result.get("rendered_content")
        if shown:
            self._found["searchEntryPoint"] = {"renderedContent": shown}
        if result.get("url"):
            self._chunk({"web": given(uri=result["url"], title=result.get("title"))})

    def _maps_result(self, result: Json) -> None:
        token = result.get("widget_context_token")
        if token:
            self._found["googleMapsWidgetContextToken"] = token
        for place in objects_in(result.get("places")):
            self._chunk(_place(place))

    def _chunk(self, chunk: Json) -> int:
        """The number of a chunk; the same source is one chunk."""
        if chunk not in self._chunks:
            self._chunks.append(chunk)
        return self._chunks.index(chunk)

    def add_note(self, note: Note, parts: list[Json]) -> None:
        """The annotations of a text, which is one of the parts of the answer."""
        index = next((at for at, part in enumerate(parts) if part is note.part), None)
        for annotation in note.annotations:
            if index is None:
                annotation.report.dropped(annotation.path, "its text is no part of the answer")
            else:
                self._annotate(annotation, index, note.part)

    def _annotate(self, annotation: Fields, index: int, part: Json) -> None:
        tag = annotation.take("type", str)
        start, end = annotation.take("start_index", int), annotation.take("end_index", int)
        chunk = _SOURCES[tag](annotation) if tag in _SOURCES else None
        if chunk is None:
            annotation.report.dropped(annotation.path, f"grounding knows no {tag}")
            return
        annotation.close()
        number = self._chunk(chunk)
        if end is None:
            return
        place = (index, start or 0, end)
        segment = {"partIndex": index, "startIndex": place[1], "endIndex": end}
        said = part["text"].encode(errors="replace")[place[1] : end].decode(errors="replace")
        begun: Json = {"segment": {**segment, "text": said}, "groundingChunkIndices": []}
        numbers = self._supports.setdefault(place, begun)["groundingChunkIndices"]
        if number not in numbers:
            numbers.append(number)

    def metadata(self) -> Json:
        found = dict(self._found)
        if self._chunks:
            found["groundingChunks"] = self._chunks
        if self._supports:
            found["groundingSupports"] = [*self._supports.values()]
        return found


# --- sources --------------------------------------------------------------------------------


def _web(note: Fields) -> Json:
    return {"web": given(uri=note.take("url", str), title=note.take("title", str))}


def _file(note: Fields) -> Json:
    metadata = note.mapping("custom_metadata") or {}
    return {
        "retrievedContext": given(
            uri=note.take("document_uri", str),
            title=note.take("file_name", str),
            text=note.take("source", str),
            pageNumber=note.take("page_number", int),
            mediaId=note.take("media_id", str),
            customMetadata=[_pair(key, value) for key, value in metadata.items()] or None,
        )
    }


def _pair(key: str, value: Any) -> Json:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"key": key, "numericValue": value}
    if is_array(value):
        items = value
        return {"key": key, "stringListValue": {"values": [str(item) for item in items]}}
    return {"key": key, "stringValue": str(value)}


def _place(place: Json) -> Json:
    snippets = [
        given(
            reviewId=snippet.get("review_id"),
            title=snippet.get("title"),
            googleMapsUri=snippet.get("url"),
        )
        for snippet in objects_in(place.get("review_snippets"))
    ]
    return {
        "maps": given(
            placeId=place.get("place_id"),
            title=place.get("name"),
            uri=place.get("url"),
            placeAnswerSources={"reviewSnippets": snippets} if snippets else None,
        )
    }


def _cited_place(note: Fields) -> Json:
    names = ("name", "place_id", "review_snippets", "url")
    return _place({name: note.any(name) for name in names})


def _old_source(note: Fields) -> Json | None:
    """At launch a citation named its source: an address, or a title."""
    source = note.take("source", str)
    if source is None:
        return None
    return {"web": {"uri" if "://" in source else "title": source}}


_SOURCES: Final = {
    "url_citation": _web,
    "file_citation": _file,
    "place_citation": _cited_place,
    None: _old_source,
}


def url_context_metadata(steps: list[Json]) -> Json:
    """Which pages were looked at."""
    urls = [
        given(
            retrievedUrl=result.get("url"),
            urlRetrievalStatus=_retrieval_status(result.get("status")),
        )
        for step in steps
        if step.get("type") == "url_context_result"
        for result in objects_in(step.get("result"))
    ]
    return {"urlMetadata": urls} if urls else {}


def _retrieval_status(status: Any) -> str | None:
    return f"URL_RETRIEVAL_STATUS_{status.upper()}" if isinstance(status, str) else None


def _queries(arguments: Any) -> list[str]:
    queries = array_of(arguments.get("queries")) if is_object(arguments) else []
    return [query for query in queries if isinstance(query, str)]
