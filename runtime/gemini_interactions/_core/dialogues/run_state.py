"""Where a run stands, to go on from: in this process or another one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen
from attrs.validators import instance_of, optional

from ...errors import InvalidRequestError
from ..drafts import Json
from . import dialogue as saved
from .dialogue import Dialogue


def whole_parts(instance: object, attribute: Any, value: Json | None) -> None:
    if value is not None and {"payload", "ids", "count"} - value.keys():
        raise TypeError(f"{attribute.name} are incomplete")


@frozen(kw_only=True)
class RunState:
    """Where a run stands, as JSON can hold it.

    `started` is an interaction that was begun and not seen to its end; `asked` the input that a
    request carried whose answer is not known. `results` are those of the last calls, by place;
    `parts` those parts of an interaction that have come where it is not whole.
    """

    revision: str
    round: int = field(validator=instance_of(int))
    dialogue: Dialogue = field(repr=False)
    asked: Any = field(default=None, repr=False)
    started: str | None = field(default=None, validator=optional(instance_of(str)))
    parts: Json | None = field(default=None, repr=False, validator=whole_parts)
    results: Mapping[int, Json] = field(factory=dict[int, Json], repr=False)

    @property
    def interaction_id(self) -> str | None:
        """The last interaction that is known, whole or begun."""
        last = self.dialogue.last
        return self.started or (last.ids[-1] if last and last.ids else None)

    def to_json(self) -> str:
        return json.dumps(
            {
                "revision": self.revision,
                "round": self.round,
                "dialogue": saved.to_json(self.dialogue),
                "asked": self.asked,
                "started": self.started,
                "parts": self.parts,
                "results": {str(index): result for index, result in self.results.items()},
            }
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> RunState:
        try:
            data: Json = json.loads(text)
            return cls(
                revision=data["revision"],
                round=data["round"],
                dialogue=saved.from_json(data["dialogue"]),
                asked=data["asked"],
                started=data["started"],
                parts=data.get("parts"),
                results={int(index): result for index, result in data["results"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidRequestError(f"this is no state of a run: {error!r}") from None
