"""What generate_content gives: a response, or a chunk of one."""

from __future__ import annotations

from typing import Any, cast

from .json_values import Json
from .losses import Loss

__all__ = ["Response"]


class Response(dict[str, Any]):
    """A response, or a chunk of one: its JSON, and what programs mostly read out of it."""

    losses: list[Loss]
    """What the request could not say, and what the response cannot."""

    def __init__(self, data: Json, losses: list[Loss]) -> None:
        super().__init__(data)
        self.losses = losses

    @property
    def parts(self) -> list[Json]:
        candidates: list[Json] = self.get("candidates") or [{}]
        content: Json = candidates[0].get("content") or {}
        return cast("list[Json]", content.get("parts") or [])

    @property
    def text(self) -> str:
        """All texts of the answer, without thoughts."""
        return "".join(part.get("text", "") for part in self.parts if not part.get("thought"))

    @property
    def function_calls(self) -> list[Json]:
        """Calls in it: of a whole response, those that are the program's own to make."""
        return [part["functionCall"] for part in self.parts if "functionCall" in part]

    @property
    def automatic_function_calling_history(self) -> list[Json]:
        """What was said before this answer, if functions were called for it."""
        return cast("list[Json]", self.get("automaticFunctionCallingHistory") or [])
