# Copied by interactions-codegen 0.1.0: the same for every revision.

"""The base of every generated class: equality, repr, and what a type cannot hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from itertools import islice
from typing import Any, NoReturn

from attrs import Attribute, define, fields

from .errors import is_a

LONGEST_SHOWN = 60
MOST_SHOWN = 10
DEEPEST_SHOWN = 5


def refuse(*args: object, **kwargs: object) -> NoReturn:
    raise TypeError("extra_fields is shared while empty: assign a new dict instead")


class NoExtraFields(dict[str, Any]):
    """The shared, empty `extra_fields`. It refuses writes and survives pickle as itself."""

    __slots__ = ()

    __setitem__: Any = refuse
    __delitem__: Any = refuse
    __ior__: Any = refuse
    update: Any = refuse
    setdefault: Any = refuse
    pop: Any = refuse
    popitem: Any = refuse
    clear: Any = refuse

    def __reduce__(self) -> str:
        return "EMPTY"

    def __copy__(self) -> NoExtraFields:
        return self

    def __deepcopy__(self, memo: object) -> NoExtraFields:
        return self


EMPTY = NoExtraFields()


@define(kw_only=True, eq=False, repr=False)
class Model:
    """An object of the wire. `None` means absent.

    `extra_fields` keeps what the type has no place for: keys it does not know, and explicit
    nulls. Writing overlays it with the known fields that are not `None`.
    """

    extra_fields: Mapping[str, Any] = EMPTY

    def __eq__(self, other: object) -> bool:
        if self.__class__ is not other.__class__:
            return NotImplemented
        return all(getattr(self, a.name) == getattr(other, a.name) for a in fields(type(self)))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = [shown_field(a, getattr(self, a.name)) for a in fields(type(self))[1:]]
        if self.extra_fields:
            shown.append(f"extra_fields={keys_of(self.extra_fields)}")
        return f"{type(self).__name__}({', '.join(part for part in shown if part)})"

    def __getstate__(self) -> dict[str, Any]:
        return {a.name: getattr(self, a.name) for a in fields(type(self))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)


@define(eq=False, repr=False)
class Unknown:
    """A member of a union that this revision does not know, or that does not fit its type.

    `raw` is the payload as it came; `problem` is `None` for a new tag, else why it did not fit.
    """

    raw: Mapping[str, Any]
    tag: str | None = None
    problem: str | None = None

    def __eq__(self, other: object) -> bool:
        if self.__class__ is not other.__class__:
            return NotImplemented
        return all(getattr(self, a.name) == getattr(other, a.name) for a in fields(type(self)))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        why = f", problem={self.problem!r}" if self.problem else ""
        return f"{type(self).__name__}(tag={shortened(self.tag)}, keys={keys_of(self.raw)}{why})"


def shown_field(attribute: Attribute[Any], value: Any) -> str:
    if value is None:
        return ""
    return f"{attribute.name}={shortened(value) if attribute.repr else '***'}"


def keys_of(data: Mapping[str, Any]) -> str:
    """Keys alone: an unknown value may be a secret that only a newer revision would recognise."""
    return shortened(list(data))


def shortened(value: Any, depth: int = 0) -> str:
    """A repr that stays short: long texts, long lists and deep nesting are cut."""
    if is_a(value, list, tuple):
        return f"[{listed((shortened(item, depth + 1) for item in value), value, depth)}]"
    if is_a(value, dict):
        items = (f"{shortened(key)}: {shortened(item, depth + 1)}" for key, item in value.items())
        return "{" + listed(items, value, depth) + "}"
    if is_a(value, str, bytes, bytearray) and len(value) > LONGEST_SHOWN:
        return f"{value[:LONGEST_SHOWN]!r}… ({len(value)} characters)"
    return repr(value)


def listed(shown: Iterator[str], items: Sized, depth: int) -> str:
    if depth == DEEPEST_SHOWN and len(items):
        return "…"
    cut = [f"… ({len(items)} items)"] if len(items) > MOST_SHOWN else []
    return ", ".join([*islice(shown, MOST_SHOWN), *cut])
