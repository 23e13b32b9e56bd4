"""Items of an interaction, which are steps or content blocks, as parts of generateContent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar, Final

from attrs import define, field, frozen

from ..counterparts import SEARCH_TYPES, SERVER_TOOLS
from ..fields import Fields
from ..json_values import Json, given, is_array, is_object
from ..losses import Report
from .media import media_part
from .speech import put_speech

__all__ = ["MEDIA", "Note", "Parts"]

MEDIA: Final = ("image", "audio", "video", "document")
_TOOL_TYPES: Final = {tool: name for name, tool in reversed([*SERVER_TOOLS.items()])}
_CALLS: Final = [f"{tool}_call" for tool in _TOOL_TYPES]
_RESULTS: Final = [f"{tool}_result" for tool in _TOOL_TYPES]
_SEARCHES: Final = {said: name for name, said in SEARCH_TYPES.items()}


@frozen
class Note:
    """The annotations of a text, which generateContent has beside its contents."""

    part: Json
    annotations: list[Fields]


@define
class Parts:
    """Translates items in order. What they say beside their parts is collected."""

    report: Report
    notes: list[Note] = field(factory=list[Note])
    malformed: list[str] = field(factory=list[str])
    """Arguments of function calls that are no JSON."""
    errors_are_told: bool = False
    """Whether somebody tells what went wrong in a step."""
    _searches: dict[str, str] = field(factory=dict[str, str])
    """The tool types of searches by their ids."""

    def of(self, item: Fields) -> list[Json]:
        """The parts of an item, but for its signature; `type` is taken."""
        tag = item.take("type", str) or ("text" if "text" in item else "")
        take = self._TAKERS.get(tag)
        if take is None:
            shown = f"{tag} has no counterpart" if tag else "it has no type"
            self.report.dropped(item.path, shown)
            return []
        parts = take(self, item, tag)
        item.close()
        return parts

    # --- messages and thoughts --------------------------------------------------------------

    def _message(self, item: Fields, tag: str) -> list[Json]:
        if self.errors_are_told:
            item.any("error")
        return [part for block in item.objects("content") for part in self.of(block)]

    def _thought(self, item: Fields, tag: str) -> list[Json]:
        parts: list[Json] = []
        for block in item.objects("summary"):
            parts += self.of(block)
        for part in parts:
            part["thought"] = True
        return parts

    def _text(self, block: Fields, tag: str) -> list[Json]:
        part: Json = {"text": block.take("text", str) or ""}
        annotations = block.objects("annotations")
        rest = [note for note in annotations if not put_speech(part, note)]
        if rest:
            self.notes.append(Note(part, rest))
        return [part]

    def _media(self, block: Fields, tag: str) -> list[Json]:
        part = media_part(block, tag)
        return [] if part is None else [part]

    # --- functions --------------------------------------------------------------------------

    def _function_call(self, item: Fields, tag: str) -> list[Json]:
        unreadable = item.take("arguments_text", str)
        if unreadable is not None:
            # A call with other arguments than the model meant must not look like one to make.
            self.malformed.append(unreadable)
            path = item.path_of("arguments_text")
            self.report.dropped(path, "the arguments are no JSON object, so there is no call")
            for name in ("id", "name", "arguments"):
                item.any(name)
            return []
        call = given(id=item.take("id", str), name=item.take("name", str))
        return [{"functionCall": {**call, "args": item.mapping("arguments") or {}}}]

    def _function_result(self, item: Fields, tag: str) -> list[Json]:
        answer = given(id=item.take("call_id", str), name=item.take("name", str))
        is_error, path = item.take("is_error", bool), item.path_of("result")
        response, parts = self._response(item.any("result"), path)
        if is_error and "error" not in response:
            response = {"error": response.get("output", response)}
        answer["response"] = response
        if parts:
            answer["parts"] = parts
        return [{"functionResponse": answer}]

    def _response(self, result: Any, path: str) -> tuple[Json, list[Json]]:
        """A text is the output; of a list, the texts are, unless they are a JSON object."""
        if is_object(result):
            return result, []
        if not is_array(result):
            return ({} if result is None else {"output": result}), []
        texts: list[Any] = []
        media: list[Json] = []
        for at, block in enumerate(result):
            if isinstance(block, str):
                texts.append(block)
                continue
            for part in self.of(Fields(block, f"{path}/{at}", self.report)):
                if "text" in part:
                    texts.append(part["text"])
                elif "inlineData" in part or "fileData" in part:
                    media.append(part)
        return _told(texts), media

    # --- code -------------------------------------------------------------------------------

    def _code_call(self, item: Fields, tag: str) -> list[Json]:
        code: Json = {}
        if (identity := item.take("id", str)) is not None:
            code["id"] = identity
        arguments = item.object("arguments")
        if arguments is not None:
            if (text := arguments.take("code", str)) is not None:
                code["code"] = text
            language = arguments.take("language", str)
            if language not in (None, "python"):
                path = arguments.path_of("language")
                self.report.changed(path, f"generateContent does not know {language}")
            if language is not None:
                code["language"] = "PYTHON" if language == "python" else "LANGUAGE_UNSPECIFIED"
            arguments.close()
        return [{"executableCode": code}]

    def _code_result(self, item: Fields, tag: str) -> list[Json]:
        answer: Json = {}
        if (identity := item.take("call_id", str)) is not None:
            answer["id"] = identity
        failed = item.take("is_error", bool)
        answer["outcome"] = "OUTCOME_FAILED" if failed else "OUTCOME_OK"
        result, media = item.any("result"), list[Json]()
        if is_array(result):
            path = item.path_of("result")
            blocks = [
                part
                for at, block in enumerate(result)
                for part in self.of(Fields(block, f"{path}/{at}", self.report))
            ]
            media = [part for part in blocks if "text" not in part]
            result = "".join(part["text"] for part in blocks if "text" in part)
        if isinstance(result, str):
            answer["output"] = result
        return [{"codeExecutionResult": answer}, *media]

    # --- the service's own tools ------------------------------------------------------------

    def _tool_call(self, item: Fields, tag: str) -> list[Json]:
        tool = tag.removesuffix("_call")
        search = item.take("search_type", str)
        tool_type = _SEARCHES.get(search or "web_search", _TOOL_TYPES[tool])
        tool_type = tool_type if tool == "google_search" else _TOOL_TYPES[tool]
        if search is not None and search not in _SEARCHES:
            self.report.changed(item.path_of("search_type"), f"it becomes {tool_type}")
        call: Json = {"toolType": tool_type}
        if (identity := item.take("id", str)) is not None:
            call["id"] = identity
            self._searches[identity] = tool_type
        if (arguments := item.mapping("arguments")) is not None:
            call["args"] = arguments
        return [{"toolCall": call}]

    def _tool_result(self, item: Fields, tag: str) -> list[Json]:
        tool = tag.removesuffix("_result")
        identity = item.take("call_id", str)
        tool_type = _TOOL_TYPES[tool]
        if tool == "google_search":
            tool_type = self._searches.get(identity or "", tool_type)
        answer: Json = {"toolType": tool_type}
        if identity is not None:
            answer["id"] = identity
        said = {"result": item.array("result"), "isError": item.take("is_error", bool)}
        response = {name: value for name, value in said.items() if value is not None}
        if response:
            answer["response"] = response
        return [{"toolResponse": answer}]

    _TAKERS: ClassVar[dict[str, Callable[[Parts, Fields, str], list[Json]]]] = {
        "user_input": _message,
        "model_output": _message,
        "thought": _thought,
        "text": _text,
        **dict.fromkeys(MEDIA, _media),
        "function_call": _function_call,
        "function_result": _function_result,
        "code_execution_call": _code_call,
        "code_execution_result": _code_result,
        **dict.fromkeys(_CALLS, _tool_call),
        **dict.fromkeys(_RESULTS, _tool_result),
    }


def _told(texts: list[Any]) -> Json:
    if len(texts) == 1:
        try:
            value: Any = json.loads(texts[0])
        except (ValueError, RecursionError):
            value = None
        return value if is_object(value) else {"output": texts[0]}
    return {"output": texts} if texts else {}
