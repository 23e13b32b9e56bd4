"""Annotations about speech, which generateContent has on the part itself."""

from __future__ import annotations

from ..fields import Fields
from ..json_values import Json, given

__all__ = ["put_speech"]


def put_speech(part: Json, note: Fields) -> bool:
    """Put an annotation on the part of its text, if it has a place there."""
    tag = note.left.get("type")
    if tag == "word_info":
        _put_word(part, note)
    elif tag == "speech_metadata" and "speechMetadata" not in part and _is_whole(note, part):
        said = given(speaker=note.take("speaker", str), style=note.take("style", str))
        part["speechMetadata"] = said
    else:
        return False
    for name in ("type", "start_index", "end_index"):  # they say which text it is about
        note.any(name)
    note.close()
    return True


def _put_word(part: Json, note: Fields) -> None:
    """When a word of a transcript was spoken, and by whom."""
    word = given(
        word=note.take("text", str),
        startOffset=note.take("start_offset", str),
        endOffset=note.take("end_offset", str),
    )
    transcript = part.setdefault("audioTranscription", {"words": []})
    speaker = note.take("speaker", str)
    if speaker is not None and transcript.setdefault("speakerLabel", speaker) != speaker:
        note.report.dropped(note.path_of("speaker"), "a part has one speaker")
    transcript["words"].append(word)


def _is_whole(note: Fields, part: Json) -> bool:
    """Whether an annotation is about the whole text: a part says it of no less."""
    end = note.left.get("end_index")
    length = len(part["text"].encode(errors="replace"))
    return note.left.get("start_index", 0) == 0 and end in (None, length)
