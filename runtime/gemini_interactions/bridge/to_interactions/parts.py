"""A part of generateContent as what interactions have for it: a content block or a step.

A part becomes one item. A signature goes into the item if its type has a place for one. If not, a
thought without a summary carries it, right before the item: that is how the service itself says
whose signature it is. A thought of the program's own always has a summary, if only an empty one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar, Final

from attrs import define, field

from ..counterparts import ARGUMENTS, RESULTS, SEARCH_TYPES, SERVER_TOOLS
from ..fields import Fields
from ..json_values import Json, base64_text
from ..losses import Report
from .call_ids import CallIds
from .forms import Forms, Product
from .media import media_block

__all__ = ["Parts"]

_SECOND: Final = "a part holds one thing, and another was taken"


@define
class Parts:
    """Translates the parts of one conversation, in order."""

    forms: Forms
    report: Report
    resolution: str | None = None
    """How closely media is looked at where a part does not say."""
    _ids: CallIds = field(factory=CallIds)
    _searches: dict[str, str] = field(factory=dict[str, str])
    """The tool types of calls by their ids."""

    def items(self, part: Fields, from_model: bool) -> list[Json]:
        """The items of a part: none if it has no counterpart."""
        signature = part.take("thought_signature", str)
        is_thought = part.take("thought", bool)
        if is_thought and from_model:
            return self._thought(part, signature)
        if is_thought:
            self.report.dropped(part.path_of("thought"), "only the model has thoughts")
        name = next((name for name in self._TAKERS if name in part), None)
        if name is None and signature:
            self.report.added(part.path_of("text"), "an empty text carries the signature")
            item: Json | None = self._text_block("", part)
        elif name is None:
            self.report.dropped(part.path, "it holds nothing that interactions have")
            item = None
        else:
            item = self._TAKERS[name](self, part)
        for other in self._TAKERS:
            part.drop(other, _SECOND)
        part.close()
        if item is None:
            if signature:
                path = part.path_of("thought_signature")
                self.report.dropped(path, "what it signs has no counterpart")
            return []
        if not signature:
            return [item]
        signed = {"signature": base64_text(signature)}
        if self.forms.has_field("item", item["type"], "signature"):
            return [{**item, **signed}]
        if from_model:
            return [{"type": "thought", **signed}, item]
        self.report.dropped(part.path_of("thought_signature"), "only what the model says is signed")
        return [item]

    # --- thoughts ---------------------------------------------------------------------------

    def _thought(self, part: Fields, signature: str | None) -> list[Json]:
        summary: list[Json] = []
        name = next((name for name in ("text", "inline_data", "file_data") if name in part), None)
        if name is not None:
            block = self._TAKERS[name](self, part)
            if block is not None and block["type"] in ("text", "image"):
                summary = [block]
            elif block is not None:
                self.report.dropped(part.path_of(name), "thoughts are texts and images")
        part.close("it has no counterpart in a thought")
        if not signature and not summary:
            self.report.dropped(part.path, "it is a thought of nothing")
            return []
        signed = {"signature": base64_text(signature)} if signature else {}
        return [{"type": "thought", **signed, "summary": summary}]

    # --- texts and media --------------------------------------------------------------------

    def _text(self, part: Fields) -> Json | None:
        text = part.take("text", str)
        return None if text is None else self._text_block(text, part)

    def _text_block(self, text: str, part: Fields) -> Json | None:
        block = self.forms.tagged("content", "text", part.path, self.report)
        if block is None:
            return None
        block.put("text", text, part.path_of("text"))
        speech = part.object("speech_metadata")
        if speech is not None:
            note = self.forms.tagged("annotation", "speech_metadata", speech.path, self.report)
            if note is not None:
                for name in ("speaker", "style"):
                    note.put(name, speech.take(name, str), speech.path_of(name))
                block.put("annotations", [note.json()], speech.path)
                speech.close()
        return block.json()

    def _inline_data(self, part: Fields) -> Json | None:
        return media_block(part, "inline_data", self.forms, self.resolution)

    def _file_data(self, part: Fields) -> Json | None:
        return media_block(part, "file_data", self.forms, self.resolution)

    # --- functions --------------------------------------------------------------------------

    def _function_call(self, part: Fields) -> Json | None:
        call = part.object("function_call")
        if call is None:
            return None
        name = call.take("name", str)
        if name is None:
            self.report.added(call.path_of("name"), "it becomes an empty name")
        item = self._item("function_call", call)
        arguments = call.mapping("args")
        if arguments is None:
            self.report.added(call.path_of("args"), "it becomes an empty object")
        item.put("id", self._ids.of_call(call, "function", name or ""), call.path)
        item.put("name", name or "", call.path)
        item.put("arguments", arguments or {}, call.path)
        call.close()
        return item.json()

    def _function_response(self, part: Fields) -> Json | None:
        answer = part.object("function_response")
        if answer is None:
            return None
        name = answer.take("name", str)
        item = self._item("function_result", answer)
        item.put("call_id", self._ids.of_result(answer, "function", name or ""), answer.path)
        item.put("name", name, answer.path)
        response = answer.mapping("response")
        blocks = [block for part in answer.objects("parts") if (block := self._media(part))]
        if response is None and not blocks:
            self.report.added(answer.path_of("response"), "it becomes an empty object")
        if response is not None and "error" in response:
            item.put("is_error", True, answer.path)
        item.put("result", self._result(response, blocks), answer.path)
        answer.close()
        return item.json()

    def _media(self, part: Fields) -> Json | None:
        """A part of a function response."""
        name = next((name for name in ("inline_data", "file_data") if name in part), None)
        block = media_block(part, name, self.forms, self.resolution) if name else None
        part.close(_SECOND if name else "it holds no media")
        return block

    def _result(self, response: Json | None, blocks: list[Json]) -> Any:
        """The response as it is, or with media its JSON text, followed by them."""
        if not blocks:
            return response or {}
        told = [] if response is None else [{"type": "text", "text": json.dumps(response)}]
        return [*told, *blocks]

    # --- code -------------------------------------------------------------------------------

    def _executable_code(self, part: Fields) -> Json | None:
        code = part.object("executable_code")
        if code is None:
            return None
        item = self._item("code_execution_call", code)
        arguments = self.forms.named("CodeExecutionCallArguments", code.path, self.report)
        if arguments is not None:
            arguments.put("code", code.take("code", str), code.path_of("code"))
            arguments.put("language", code.word("language", "LANGUAGE_"), code.path_of("language"))
            item.put("arguments", arguments.json(), code.path)
        item.put("id", self._ids.of_call(code, "code"), code.path)
        code.close()
        return item.json()

    def _code_execution_result(self, part: Fields) -> Json | None:
        answer = part.object("code_execution_result")
        if answer is None:
            return None
        item = self._item("code_execution_result", answer)
        outcome_path, outcome = answer.path_of("outcome"), answer.word("outcome", "OUTCOME_")
        if outcome not in ("ok", "failed"):
            becomes = "OUTCOME_FAILED" if outcome else "OUTCOME_OK"
            self.report.changed(outcome_path, f"it becomes {becomes}")
        output = answer.take("output", str)
        if output is None:
            self.report.added(answer.path_of("output"), "it becomes an empty text")
        item.put("call_id", self._ids.of_result(answer, "code"), answer.path)
        item.put("result", output or "", answer.path)
        if outcome not in ("ok", None):
            item.put("is_error", True, outcome_path)
        answer.close()
        return item.json()

    # --- the service's own tools ------------------------------------------------------------

    def _tool_call(self, part: Fields) -> Json | None:
        call = part.object("tool_call")
        tool_type, item = self._tool_item(call, "call")
        if call is None or tool_type is None or item is None:
            return None
        identity = self._ids.of_call(call, tool_type)
        self._searches[identity] = tool_type
        item.put("id", identity, call.path)
        if tool_type == "GOOGLE_SEARCH_IMAGE":
            item.put("search_type", SEARCH_TYPES[tool_type], call.path_of("tool_type"))
        self._put_arguments(item, call, SERVER_TOOLS[tool_type])
        call.close()
        return item.json()

    def _put_arguments(self, item: Product, call: Fields, tool: str) -> None:
        given = call.object("args")
        form = ARGUMENTS.get(tool)
        if form is None:
            if given is not None:
                given.close()
            return
        if given is None:
            given = Fields({}, call.path_of("args"), self.report)
            self.report.added(given.path, "it becomes an empty object")
        arguments = self.forms.named(form, given.path, self.report)
        if arguments is not None:
            for name in ("queries", "urls"):
                if arguments.has(name):
                    arguments.put(name, given.strings(name), given.path_of(name))
            item.put("arguments", arguments.json(), given.path)
        given.close()

    def _tool_response(self, part: Fields) -> Json | None:
        answer = part.object("tool_response")
        tool_type, item = self._tool_item(answer, "result")
        if answer is None or tool_type is None or item is None:
            return None
        identity = self._ids.of_result(answer, tool_type)
        if SERVER_TOOLS[tool_type] == "google_search":
            remembered = self._searches.get(identity, "GOOGLE_SEARCH_WEB")
            if remembered != tool_type:
                self.report.changed(answer.path_of("tool_type"), f"it becomes {remembered}")
        item.put("call_id", identity, answer.path)
        response = answer.object("response")
        if response is None:
            response = Fields({}, answer.path_of("response"), self.report)
        if item.has("is_error"):
            item.put("is_error", response.take("is_error", bool), response.path)
        if item.has("result"):
            if "result" not in response:
                self.report.added(response.path_of("result"), "it becomes an empty list")
            item.put("result", self._results(response, SERVER_TOOLS[tool_type]), response.path)
        response.close()
        answer.close()
        return item.json()

    def _results(self, response: Fields, tool: str) -> list[Json]:
        found: list[Json] = []
        for given in response.objects("result"):
            result = self.forms.named(RESULTS.get(tool, ""), given.path, self.report)
            if result is not None:
                for name in given:
                    if result.has(name):
                        result.put(name, given.any(name), given.path_of(name))
                found.append(result.json())
                given.close()
        return found

    def _tool_item(self, fields: Fields | None, end: str) -> tuple[str | None, Product | None]:
        """The type of a tool, and the step of its call or result."""
        if fields is None:
            return None, None
        tool_type = (fields.take("tool_type", str) or "").upper()
        tool = SERVER_TOOLS.get(tool_type)
        if tool is None:
            self.report.dropped(fields.path, f"no step is a {tool_type or 'tool without a type'}")
            return None, None
        return tool_type, self.forms.tagged("item", f"{tool}_{end}", fields.path, self.report)

    def _item(self, tag: str, fields: Fields) -> Product:
        """An item that every revision has."""
        item = self.forms.tagged("item", tag, fields.path, self.report)
        assert item is not None
        return item

    _TAKERS: ClassVar[dict[str, Callable[[Parts, Fields], Json | None]]] = {
        "text": _text,
        "inline_data": _inline_data,
        "file_data": _file_data,
        "function_call": _function_call,
        "function_response": _function_response,
        "executable_code": _executable_code,
        "code_execution_result": _code_execution_result,
        "tool_call": _tool_call,
        "tool_response": _tool_response,
    }
