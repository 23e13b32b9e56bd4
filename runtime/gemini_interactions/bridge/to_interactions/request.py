"""A call of generateContent as the arguments of `client.interactions.create`."""

from __future__ import annotations

from typing import Any

from ..._bindings import LATEST
from ...errors import InvalidRequestError
from ..fields import Fields
from ..json_values import Json, plain
from ..losses import Report, Translated
from .config import Config
from .contents import input_of, messages
from .forms import forms_of
from .parts import Parts

__all__ = ["to_create"]


def to_create(
    contents: Any,
    config: Any = None,
    *,
    model: str | None = None,
    revision: str = LATEST,
) -> Translated[Json]:
    """The arguments of `client.interactions.create` for those of `generate_content`.

    `contents` and `config` are JSON in camelCase, snake_case or both, or objects of google-genai;
    contents may be a text, a part, a file, a content, or a list of these. `revision` is the one of
    the client. Paths of losses begin with `/contents` or `/config`.
    """
    forms, report = forms_of(revision), Report()
    fields = Fields(plain(config) or {}, "/config", report)
    resolution = _resolution(fields, report)
    try:
        said = messages(plain(contents), "/contents", report)
        told = input_of(said, Parts(forms, report, resolution))
        arguments = Config(fields, forms, report).translate()
    except ValueError as error:  # it holds what JSON has no form for, such as NaN
        raise InvalidRequestError(f"this cannot be sent: {error}") from error
    named = {} if model is None else {"model": model.removeprefix("models/")}
    return Translated({**named, "input": told, **arguments}, report.losses)


def _resolution(config: Fields, report: Report) -> str | None:
    """What generateContent says once is said of each medium."""
    path = config.path_of("media_resolution")
    resolution = config.word("media_resolution", "MEDIA_RESOLUTION_")
    if resolution is not None:
        report.changed(path, "each image, video and document without its own has it")
    return resolution
