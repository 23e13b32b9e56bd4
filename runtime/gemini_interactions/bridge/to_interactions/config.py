"""GenerateContentConfig as arguments of an interaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from attrs import define, field

from ...tools import Tool
from ..fields import Fields, Reader, flag, integer, mapping, number, strings, text, word
from ..json_values import Json
from ..losses import Report
from ..tokens import read_token
from .contents import messages
from .forms import Forms, Product
from .function_calling import FunctionCalling
from .output import OutputForms
from .speech import put_speech, put_transcription
from .tools import Place, Tools

__all__ = ["Config"]

_SAMPLING: Final[dict[str, Reader]] = {
    "temperature": number,
    "top_p": number,
    "max_output_tokens": integer,
    "stop_sequences": strings,
    "seed": integer,
}
_PASSED: Final[dict[str, Reader]] = {
    "labels": mapping,
    "cached_content": text,
    "service_tier": word(),
    "store": flag,
}
_REFUSED: Final = "the service refuses it"


@define
class Config:
    """Translates one config. What it makes are arguments of `client.interactions.create`."""

    fields: Fields
    forms: Forms
    report: Report
    calling: FunctionCalling = field(init=False)
    functions: dict[str, Tool] = field(init=False, factory=dict[str, Tool])
    """Functions among the tools, by the names under which they are declared."""
    generation: Product = field(init=False)
    request: Product = field(init=False)
    arguments: Json = field(init=False, factory=dict[str, Any])

    def __attrs_post_init__(self) -> None:
        path, report = self.fields.path, self.report
        generation = self.forms.named("GenerationConfig", path, report)
        request = self.forms.named("CreateModelInteraction", path, report)
        assert generation is not None
        assert request is not None
        self.generation, self.request = generation, request
        self.calling = FunctionCalling.read(self.fields)

    def translate(self) -> Json:
        """Everything; a config is translated once."""
        self.generation.copy(self.fields, _SAMPLING)
        self.generation.extra("top_k", self.fields.take("top_k", float))
        self._instruction()
        self._thinking()
        self._tools()
        self._safety()
        self._continuation()
        put_speech(self.generation, self.fields)
        put_transcription(self.generation, self.fields)
        OutputForms(self.fields, self.forms).put(self.request, self.generation)
        self.request.copy(self.fields, _PASSED)
        self._client_options()
        self._without_counterpart()
        if self.generation.fields:
            self.request.put("generation_config", self.generation.json(), self.fields.path)
        return {**self.request.fields, **self.arguments}

    # --- what is said before the conversation -----------------------------------------------

    def _instruction(self) -> None:
        """Interactions take one text."""
        path = self.fields.path_of("system_instruction")
        given = self.fields.any("system_instruction")
        texts: list[str] = []
        for message in messages(given, path, self.report):
            for part in message.parts:
                said = part.take("text", str)
                texts += [] if said is None else [said]
                part.close("a system instruction is a text")
        if len(texts) > 1:
            self.report.changed(path, "its texts become the lines of one")
        self.request.put("system_instruction", "\n".join(texts) if texts else None, path)

    def _thinking(self) -> None:
        thinking = self.fields.object("thinking_config")
        if thinking is None:
            return
        include = thinking.take("include_thoughts", bool)
        if include is not None:
            path = thinking.path_of("include_thoughts")
            self.generation.put("thinking_summaries", "auto" if include else "none", path)
        self.generation.copy(thinking, {"thinking_level": word()})
        thinking.drop("thinking_budget", "thinking has levels: give thinking_level")
        thinking.close()

    # --- tools ------------------------------------------------------------------------------

    def _tools(self) -> None:
        choice = self.fields.object("tool_config")
        place = Place()
        if choice is not None:
            place = self._place(choice)
            self._choose(choice)
            if choice.any("include_server_side_tool_invocations") is False:
                path = choice.path_of("include_server_side_tool_invocations")
                self.report.dropped(path, "steps of the service's tools always come")
            choice.close()
        tools = Tools(self.forms, self.report, place, self.functions)
        path = self.fields.path_of("tools")
        given = self.fields.any("tools")
        if given is not None:
            self.request.put("tools", tools.of(given, path) or None, path)
        if tools.place.path:
            self.report.dropped(tools.place.path, "only Google Maps is told where the user is")

    def _place(self, choice: Fields) -> Place:
        retrieval = choice.object("retrieval_config")
        where = None if retrieval is None else retrieval.object("lat_lng")
        place = Place()
        if where is not None:
            latitude, longitude = where.take("latitude", float), where.take("longitude", float)
            place = Place(latitude, longitude, where.path)
            where.close()
        if retrieval is not None:
            retrieval.close()
        return place

    def _choose(self, choice: Fields) -> None:
        calling = choice.object("function_calling_config")
        if calling is None:
            return
        path = calling.path_of("mode")
        mode = calling.word("mode", "MODE_")
        names = calling.strings("allowed_function_names")
        chosen: Any = mode
        if names is not None:
            chosen = {"allowed_tools": {**({"mode": mode} if mode else {}), "tools": names}}
        self.generation.put("tool_choice", chosen, path)
        if calling.any("stream_function_call_arguments") is False:
            path = calling.path_of("stream_function_call_arguments")
            self.report.dropped(path, "arguments of functions are always streamed")
        calling.close()

    # --- the rest ---------------------------------------------------------------------------

    def _safety(self) -> None:
        path = self.fields.path_of("safety_settings")
        if "safety_settings" not in self.fields:
            return
        if not self.request.has("safety_settings"):
            self.fields.drop("safety_settings", f"revision {self.forms.bindings.label} has none")
            return
        settings = list(self._settings(self.fields.objects("safety_settings")))
        self.request.put("safety_settings", settings, path)

    def _settings(self, settings: list[Fields]) -> Iterator[Json]:
        for setting in settings:
            category = setting.word("category", "HARM_CATEGORY_")
            threshold = setting.word("threshold")
            method = setting.word("method")
            if category is None or threshold is None:
                self.report.dropped(setting.path, "it names no category, or no threshold")
                continue
            made = self.forms.named("SafetySetting", setting.path, self.report)
            assert made is not None  # a revision that has settings has their type
            made.put("type", category, setting.path)
            made.put("threshold", threshold, setting.path)
            made.put("method", method, setting.path)
            setting.close()
            yield made.json()

    def _continuation(self) -> None:
        path = self.fields.path_of("continuation_token")
        token = self.fields.take("continuation_token", str)
        self.request.put("continuation_token", None if token is None else read_token(token), path)

    def _client_options(self) -> None:
        """Options of the HTTP request are arguments of the call."""
        options = self.fields.object("http_options")
        if options is None:
            return
        timeout = options.take("timeout", float)
        headers = options.mapping("headers")
        body = options.mapping("extra_body")
        if timeout is not None:
            self.arguments["timeout"] = timeout / 1000
        if headers is not None:
            self.arguments["extra_headers"] = headers
        if body is not None:
            self.arguments["extra_body"] = body
        options.close("it belongs to the client: give it there")

    def _without_counterpart(self) -> None:
        """The rest, with reasons where there is more to say than that there is no counterpart."""
        if self.fields.any("candidate_count") not in (None, 1):
            path = self.fields.path_of("candidate_count")
            self.report.dropped(path, "an interaction has one answer")
        for name in ("presence_penalty", "frequency_penalty"):
            self.fields.drop(name, _REFUSED)
        self.fields.close()
