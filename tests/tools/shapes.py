"""Classes that the tests' functions take; at module level, where strings of names resolve."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Annotated, Literal, NewType

import attrs
import pydantic
from typing_extensions import NotRequired, Required, TypedDict

Metres = NewType("Metres", float)


class Unit(str, enum.Enum):
    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Shade(enum.Enum):
    DARK = "dark"
    NUMBER = 7


@dataclass
class Place:
    lat: float
    lon: float
    label: str | None = None


@dataclass
class Route:
    """A way through places.

    Attributes:
        stops: Where it passes.
    """

    stops: list[Place]
    length: Annotated[Metres, "In metres"] = Metres(0.0)
    notes: list[str] = field(default_factory=list)
    cached: int = field(default=0, init=False)


@attrs.define(kw_only=True)
class Window:
    _width: int
    height: int = attrs.field(default=1, validator=attrs.validators.gt(0))
    title: str = attrs.field(default="", alias="caption")


class Options(TypedDict, total=False):
    depth: Required[int]
    mode: Literal["fast", "slow"]


class Search(TypedDict):
    text: str
    options: NotRequired[Options]


@attrs.define
class Tree:
    value: int
    children: list[Tree] = attrs.Factory(list)


@dataclass
class Odd:
    number: complex


@dataclass
class Lost:
    what: Nowhere  # type: ignore[name-defined]  # noqa: F821


class Ticket(pydantic.BaseModel):
    number: int
    seats: list[str] = []


class Node(pydantic.BaseModel):
    name: str
    inner: Node | None = None
