# Copied by interactions-codegen 0.1.0: the same for every revision.

"""Former names, which keep working: each use of one warns and says what to write instead."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar
from warnings import warn

from attrs import define

ClassT = TypeVar("ClassT", bound=type[Any])


def former_names(module: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a module of a revision: `names` are by what they were, and lead to
    `Name`, or to `family.Name` where another module has it now."""

    def find(name: str) -> Any:
        holder = sys.modules[module]
        if name not in names:
            problem = f"module {module!r} has no attribute {name!r}"
            raise AttributeError(problem)
        family, _, now = names[name].rpartition(".")
        if family:
            holder = import_module(f".{family}", module.rpartition(".")[0])
        deprecated(f"{module}.{name}", f"{holder.__name__}.{now}", depth=2)
        return getattr(holder, now)

    return find


def define_renamed(names: Mapping[str, str]) -> Callable[[ClassT], ClassT]:
    """`attrs.define` for a class whose fields had other names: as attributes, and as arguments.

    For type checkers this is no class of attrs: they would not let its constructor take more.
    """

    def decorate(cls: ClassT) -> ClassT:
        cls = define(kw_only=True, eq=False, repr=False)(cls)
        construct = cls.__init__

        @wraps(construct)
        def accept_former(self: Any, **values: Any) -> None:
            for old in names.keys() & values.keys():
                if names[old] in values:
                    raise TypeError(f"{cls.__name__}() takes {names[old]!r} or {old!r}, not both")
                deprecated(f"{cls.__name__}.{old}", f"{cls.__name__}.{names[old]}", depth=2)
                values[names[old]] = values.pop(old)
            construct(self, **values)

        added = {old: former_field(cls.__name__, old, new) for old, new in names.items()}
        for name, member in {"__init__": accept_former, **added}.items():
            setattr(cls, name, member)
        return cls

    return decorate


def former_field(owner: str, old: str, new: str) -> property:
    def read(self: Any) -> Any:
        deprecated(f"{owner}.{old}", f"{owner}.{new}", depth=2)
        return getattr(self, new)

    def write(self: Any, value: Any) -> None:
        deprecated(f"{owner}.{old}", f"{owner}.{new}", depth=2)
        setattr(self, new, value)

    return property(read, write, doc=f"Former name of {new}.")


def deprecated(old: str, new: str, depth: int) -> None:
    """Warn at the line that used the old name, `depth` calls above."""
    warn(f"{old} is now {new}", DeprecationWarning, stacklevel=depth + 1)
