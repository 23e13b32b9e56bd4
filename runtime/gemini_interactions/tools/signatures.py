"""What a callable takes: its parameters by name, with annotations that mean something."""

from __future__ import annotations

import functools
import inspect
import sys
import typing
from collections.abc import Callable, Iterator
from typing import Any, Final

from attrs import frozen

from ..errors import ToolDeclarationError
from .kinds import NO_DEFAULT, Field

_UNRESOLVED: dict[str, Any] = {}
"""How to ask for annotations that may name what does not exist: Python before 3.14 only reads."""
if sys.version_info >= (3, 14):
    import annotationlib

    _UNRESOLVED["annotation_format"] = annotationlib.Format.FORWARDREF

_VARIADIC: Final = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}


@frozen
class Signature:
    fields: list[Field]
    positional: list[str]
    """The parameters that cannot be given by name, in order."""

    def bound(self, function: Callable[..., Any], values: dict[str, Any]) -> Callable[[], Any]:
        """The call, its arguments in the places that the function has for them."""
        named = {name: value for name, value in values.items() if name not in self.positional}
        defaults = {field.name: field.default for field in self.fields}
        placed = [values.get(name, defaults[name]) for name in self.positional]
        return functools.partial(function, *placed, **named)


def signature_of(tool: str, function: Callable[..., Any]) -> Signature:
    """The parameters of a callable; refuses, by name, those that a model cannot fill in."""
    fields: list[Field] = []
    positional: list[str] = []
    bound = bound_keywords(function)
    for parameter in parameters_of(tool, function):
        if parameter.name in bound:
            continue
        fields.append(declared(tool, function, parameter))
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            positional.append(parameter.name)
    return Signature(fields, positional)


def parameters_of(tool: str, function: Callable[..., Any]) -> Iterator[inspect.Parameter]:
    try:
        yield from inspect.signature(function, **_UNRESOLVED).parameters.values()
    except (TypeError, ValueError) as error:
        raise ToolDeclarationError(f"its signature is not known: {error}", tool=tool) from None


def bound_keywords(function: Callable[..., Any]) -> frozenset[str]:
    """What `functools.partial` has given by name: the caller's own, not the model's to see."""
    return frozenset(function.keywords if isinstance(function, functools.partial) else ())


def declared(tool: str, function: Callable[..., Any], parameter: inspect.Parameter) -> Field:
    name = parameter.name
    if parameter.kind in _VARIADIC:
        shown = _VARIADIC[parameter.kind] + name
        problem = f"a model cannot fill in {shown}: give it parameters with names"
        raise ToolDeclarationError(problem, tool=tool, parameter=name)
    if parameter.annotation is inspect.Parameter.empty:
        problem = f"parameter {name} has no annotation"
        raise ToolDeclarationError(problem, tool=tool, parameter=name)
    try:
        annotation = resolved(parameter.annotation, inner_function(function))
    except Exception as error:  # whatever an annotation evaluates to
        problem = f"the annotation of parameter {name} cannot be resolved: {error}"
        raise ToolDeclarationError(problem, tool=tool, parameter=name) from None
    return Field(name, annotation, parameter.default, parameter.default is not NO_DEFAULT)


def resolved(annotation: Any, owner: Any) -> Any:
    """An annotation with the names in its strings looked up where its function is defined."""

    def alone() -> None: ...

    alone.__annotations__ = {"it": annotation}
    names = getattr(owner, "__globals__", {})
    return typing.get_type_hints(alone, names, include_extras=True)["it"]


def inner_function(function: Any) -> Any:
    """The function that a callable ends in: what partials, methods and decorators are around."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif inspect.isroutine(function) or isinstance(function, type):
            return function
        else:
            function = type(function).__call__


def is_async(function: Any) -> bool:
    """Whether a call gives an awaitable: a decorator is taken to give what it is around gives."""
    outer: Any = function.func if isinstance(function, functools.partial) else function
    called = outer if inspect.isroutine(outer) else type(outer).__call__
    return any(inspect.iscoroutinefunction(part) for part in (outer, called, inner_function(outer)))
