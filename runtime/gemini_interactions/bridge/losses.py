"""What a translation could not carry over: each thing with its place and the reason."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from attrs import define, field, frozen

from ..errors import TranslationLossError

__all__ = ["Loss", "LossKind", "Report", "Translated"]

LossKind = Literal["dropped", "changed", "added"]
ValueT = TypeVar("ValueT")


@frozen
class Loss:
    """One thing that does not arrive as it was given.

    `dropped`: it does not arrive. `changed`: it arrives in another form, and does not come back
    as it was. `added`: the other side insists on something that was not given.
    """

    path: str
    """A JSON pointer into what was given, such as `/contents/0/parts/2/videoMetadata`."""
    reason: str
    kind: LossKind = "dropped"

    def __str__(self) -> str:
        return f"{self.path} {self.kind}: {self.reason}"


@frozen
class Translated(Generic[ValueT]):
    """What a translation made, and what it could not carry over."""

    value: ValueT
    losses: list[Loss]

    def lossless(self) -> ValueT:
        """The value, if nothing was dropped on the way."""
        dropped = [loss for loss in self.losses if loss.kind == "dropped"]
        if dropped:
            shown = "; ".join(f"{loss.path} ({loss.reason})" for loss in dropped)
            message = f"{len(dropped)} without a counterpart: {shown}"
            raise TranslationLossError(message, losses=dropped)
        return self.value


@define
class Report:
    """Losses under collection."""

    losses: list[Loss] = field(factory=list[Loss])

    def dropped(self, path: str, reason: str) -> None:
        self.losses.append(Loss(path, reason))

    def changed(self, path: str, reason: str) -> None:
        self.losses.append(Loss(path, reason, "changed"))

    def added(self, path: str, reason: str) -> None:
        self.losses.append(Loss(path, reason, "added"))
