"""A call of generateContent as the arguments of `client.interactions.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..._bindings import LATEST
from ...errors import InvalidRequestError
from ...tools import Tool
from ...tools.toolbox import name_in
from ..fields import Fields
from ..json_values import Json, plain
from ..losses import Report, Translated
from .config import Config
from .contents import input_of, messages
from .forms import forms_of
from .function_calling import FunctionCalling
from .parts import Parts

__all__ = ["Request", "to_create"]


@frozen
class Request(Translated[Json]):
    """The arguments of `client.interactions.create`, in which functions are declared."""

    functions: Mapping[str, Tool]
    """Functions among the tools, by the names under which they are declared."""
    calling: FunctionCalling

    @property
    def calls_functions(self) -> bool:
        """Whether `generate_content` calls them: not beside functions that are only declared."""
        wanted = self.calling.is_on and self.calling.max_rounds > 0
        return bool(self.functions) and wanted and not self.only_declared

    @property
    def only_declared(self) -> list[str]:
        """The names of functions that cannot be called here."""
        names = map(name_in, self.value.get("tools") or ())
        return [name for name in names if name and name not in self.functions]

    def to_run(self) -> Json:
        """The same for `client.interactions.run`, which calls them."""
        tools = [self.functions.get(name_in(tool), tool) for tool in self.value.get("tools") or ()]
        return {**self.value, "tools": tools, "max_rounds": max(self.calling.max_rounds, 1)}


def to_create(
    contents: Any,
    config: Any = None,
    *,
    model: str | None = None,
    revision: str = LATEST,
) -> Request:
    """The arguments of `client.interactions.create` for those of `generate_content`.

    `contents` and `config` are JSON in camelCase, snake_case or both, or objects of google-genai;
    contents may be a text, a part, a file, a content, or a list of these. `revision` is the one of
    the client. Paths of losses begin with `/contents` or `/config`. Python functions among the
    tools are declared by their signatures.
    """
    forms, report = forms_of(revision), Report()
    fields = Fields(plain(config) or {}, "/config", report)
    resolution = _resolution(fields, report)
    try:
        said = messages(plain(contents), "/contents", report)
        told = input_of(said, Parts(forms, report, resolution))
        translation = Config(fields, forms, report)
        arguments = translation.translate()
    except ValueError as error:  # it holds what JSON has no form for, such as NaN
        raise InvalidRequestError(f"this cannot be sent: {error}") from error
    named = {} if model is None else {"model": model.removeprefix("models/")}
    request = Request(
        value={**named, "input": told, **arguments},
        losses=report.losses,
        functions=translation.functions,
        calling=translation.calling,
    )
    if request.functions and request.calling.is_on and request.only_declared:
        names = ", ".join(request.only_declared)
        report.changed("/config/tools", f"no function is called, as others are declared: {names}")
    return request


def _resolution(config: Fields, report: Report) -> str | None:
    """What generateContent says once is said of each medium."""
    path = config.path_of("media_resolution")
    resolution = config.word("media_resolution", "MEDIA_RESOLUTION_")
    if resolution is not None:
        report.changed(path, "each image, video and document without its own has it")
    return resolution
