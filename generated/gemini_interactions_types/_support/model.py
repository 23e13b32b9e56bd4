# Copied by interactions-codegen 0.1.0: the same for every revision.

"""The base of every generated class: equality, repr, and what a type cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from attrs import Attribute, define, fields

from .errors import is_a

LONGEST_SHOWN = 60


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
            shown.append(f"extra_fields={shortened(dict(self.extra_fields))}")
        return f"{type(self).__name__}({', '.join(part for part in shown if part)})"


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
        # The payload may hold a secret that only a newer revision would recognise.
        keys = ", ".join(map(str, self.raw))
        why = f", problem={self.problem!r}" if self.problem else ""
        return f"{type(self).__name__}(tag={self.tag!r}, keys=[{keys}]{why})"


def shown_field(attribute: Attribute[Any], value: Any) -> str:
    if value is None:
        return ""
    return f"{attribute.name}={shortened(value) if attribute.repr else '***'}"


def shortened(value: Any) -> str:
    """A repr that stays short: media and long texts are cut, with their length."""
    if is_a(value, str) and len(value) > LONGEST_SHOWN:
        return f"{value[:LONGEST_SHOWN]!r}… ({len(value)} characters)"
    if is_a(value, list):
        return f"[{', '.join(map(shortened, value))}]"
    if is_a(value, dict):
        return "{" + ", ".join(f"{key!r}: {shortened(item)}" for key, item in value.items()) + "}"
    return repr(value)
