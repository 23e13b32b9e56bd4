"""Classes of attrs that attrs finishes when they need it: a reader only fills their slots."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from attrs import define as define
else:

    def define(**options: Any) -> Callable[[type], type]:
        """`attrs.define`, of which at first only the slots are made.

        attrs compiles a constructor for each class. That was 43 % of what it takes to load a
        revision, and a program makes objects of few of its classes by itself.
        """
        return lambda cls: slotted(cls, options)


FINISHED_LATE = ("__init__", "__attrs_attrs__")
FINISHING = RLock()
FIELD: Any = attrs.field().__class__


def slotted(cls: type, options: dict[str, Any]) -> type:
    names = [name for name, form in cls.__annotations__.items() if not form.startswith("ClassVar")]
    values = {name: cls.__dict__.get(name, attrs.NOTHING) for name in names}
    hidden = {*names, "__dict__"}
    body = {name: member for name, member in cls.__dict__.items() if name not in hidden}
    body |= {"__slots__": tuple(names), "__qualname__": cls.__qualname__}
    made = type(cls)(cls.__name__, cls.__bases__, body)

    def finish() -> None:
        fields = {name: as_field(value) for name, value in values.items()}
        attrs.define(made, these=fields, slots=False, init=True, **options)

    for name in FINISHED_LATE:
        setattr(made, name, Late(made, name, finish))
    return made


def as_field(value: Any) -> Any:
    return value if isinstance(value, FIELD) else attrs.field(default=value)


class Late:
    """Stands for a member that attrs makes, until somebody looks for one of them."""

    def __init__(self, owner: type, name: str, finish: Callable[[], None]) -> None:
        self.owner = owner
        self.name = name
        self.finish = finish

    def __get__(self, instance: object, owner: type) -> Any:
        with FINISHING:  # the first thread to come finishes the class, the others find it done
            if vars(self.owner)[self.name] is self:
                self.finish()
        member = vars(self.owner)[self.name]
        return member.__get__(instance, owner) if hasattr(member, "__get__") else member
