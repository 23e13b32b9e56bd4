"""Python functions as tools."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar

from attrs import frozen

from ..errors import ToolArgumentsError, ToolDeclarationError
from .arguments import Misfit, read_fields, told
from .docstrings import read_docstring
from .names import checked_name
from .schemas import Schemas, Undeclarable
from .signatures import Signature, inner_function, is_async, signature_of

P = ParamSpec("P")
R = TypeVar("R")
ParamsT = ParamSpec("ParamsT")
ResultT = TypeVar("ResultT")


@frozen(eq=False, repr=False)
class FunctionTool(Generic[P, R]):
    """A function of this program, declared to a model. It can still be called as itself."""

    name: str
    declaration: Mapping[str, Any]
    is_async: bool
    function: Callable[P, R]
    signature: Signature

    @staticmethod
    def of(
        function: Callable[ParamsT, ResultT],
        *,
        name: str | None = None,
        description: str | None = None,
    ) -> FunctionTool[ParamsT, ResultT]:
        """Declare a callable by its signature, its annotations and its docstring.

        Raises `ToolDeclarationError`, which names the parameter that a model cannot fill in.
        """
        check_callable(function, name)
        name = checked_name(name or named(function).__name__)
        said = read_docstring(docstring_of(function))
        signature = signature_of(name, function)
        declaration: dict[str, Any] = {"type": "function", "name": name}
        if text := description or said.prose:
            declaration["description"] = text
        if signature.fields:
            declaration["parameters"] = parameters_schema(name, signature, said.parameters)
        return FunctionTool(name, declaration, is_async(function), function, signature)

    def prepare(self, arguments: Mapping[str, Any]) -> Callable[[], R]:
        """The call, its arguments read into the annotated types; or `ToolArgumentsError`."""
        try:
            values = read_fields(arguments, self.signature.fields)
        except Misfit as error:
            problems = told(error.problems)
            texts = "; ".join(f"{path}: {text}" for path, text in problems)
            message = f"{self.name} was not called, its arguments do not fit. {texts}"
            raise ToolArgumentsError(message, tool=self.name, problems=problems) from None
        return self.signature.bound(self.function, values)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"FunctionTool({self.name!r})"


def check_callable(function: Any, name: str | None) -> None:
    if not callable(function) or isinstance(function, type):
        kind = "class" if isinstance(function, type) else function.__class__.__name__
        shown = name or str(getattr(function, "__name__", "a tool"))
        raise ToolDeclarationError(f"a tool is a function or a method, not a {kind}", tool=shown)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        problem = "a generator has no result to tell: give back a list, or a text"
        raise ToolDeclarationError(problem, tool=name or named(function).__name__)


def named(function: Any) -> Any:
    """What gives a callable its name: the function inside, or the class of an object."""
    inner = inner_function(function)
    return function.__class__ if inner.__name__ == "__call__" else inner


def docstring_of(function: Any) -> str | None:
    text: str | None = inner_function(function).__doc__ or named(function).__doc__
    return text


def parameters_schema(
    tool: str, signature: Signature, texts: Mapping[str, str]
) -> Mapping[str, Any]:
    schemas = Schemas()
    try:
        schema = schemas.object_of(signature.fields, texts)
    except Undeclarable as error:
        parameter, where = error.path[0], path_of(error.path)
        problem = f"parameter {where} cannot be declared: {error}"
        raise ToolDeclarationError(problem, tool=tool, parameter=parameter) from None
    except RecursionError:
        raise ToolDeclarationError("a type is nested without an end", tool=tool) from None
    return {**schema, "$defs": schemas.definitions} if schemas.definitions else schema


def path_of(steps: list[str]) -> str:
    return ".".join(steps).replace(".[]", "[]")
