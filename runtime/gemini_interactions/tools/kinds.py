"""What annotations are made of, for those who describe them and those who read values by them."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections import abc
from enum import Enum
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    TypeGuard,
    Union,
    cast,
    get_args,
    get_origin,
)

import attrs
from attrs import frozen

LISTS: Final = (list, abc.Sequence, abc.MutableSequence, abc.Collection, abc.Iterable)
SETS: Final = {set: set, frozenset: frozenset, abc.Set: frozenset, abc.MutableSet: set}
"""The forms of sets, each with the class that is made for it."""
MAPPINGS: Final = (dict, abc.Mapping, abc.MutableMapping)
ANYTHING: Final = (Any, object)

NO_DEFAULT: Final = inspect.Parameter.empty


@frozen
class Field:
    """One key of a JSON object, as a class or a signature declares it."""

    name: str
    annotation: Any
    default: Any = NO_DEFAULT
    optional: bool = False
    """It may be left out, whether or not it is known what stands in for it."""


def form_of(annotation: Any) -> Any:
    """What tells the kind of an annotation: its origin, or itself."""
    return get_origin(annotation) or annotation


def is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def is_literal(annotation: Any) -> bool:
    return get_origin(annotation) is Literal


def is_list(annotation: Any) -> bool:
    return form_of(annotation) in LISTS


def is_set(annotation: Any) -> bool:
    return form_of(annotation) in SETS


def is_tuple(annotation: Any) -> bool:
    return form_of(annotation) is tuple


def is_mapping(annotation: Any) -> bool:
    return form_of(annotation) in MAPPINGS


def is_anything(annotation: Any) -> bool:
    return annotation in ANYTHING


def is_nothing(annotation: Any) -> bool:
    return annotation is None or annotation is type(None)


def is_class(annotation: Any) -> TypeGuard[type[Any]]:
    return isinstance(annotation, type)


def is_enum(annotation: Any) -> TypeGuard[type[Enum]]:
    return is_class(annotation) and issubclass(annotation, Enum)


def is_typed_dict(annotation: Any) -> bool:
    return is_class(annotation) and hasattr(annotation, "__required_keys__")


def is_class_with_fields(annotation: Any) -> bool:
    """A dataclass, or a class of attrs."""
    has_fields = is_class(annotation) and attrs.has(annotation)
    return has_fields or (is_class(annotation) and dataclasses.is_dataclass(annotation))


def is_pydantic(annotation: Any) -> bool:
    """A model of pydantic, told by what it can do: nothing here imports that package."""
    return is_class(annotation) and hasattr(annotation, "model_validate_json")


def is_named_alias(annotation: Any) -> bool:
    """`type Name = ...`, which Python has since 3.12."""
    return type(annotation).__name__ == "TypeAliasType"


def unwrapped(annotation: Any) -> tuple[Any, str | None]:
    """An annotation without what only adds to it, and the first text that it adds."""
    text: str | None = None
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *notes = get_args(annotation)
            text = text or next(filter(None, map(text_in, notes)), None)
        elif isinstance(annotation, NewType):
            annotation = cast("Any", annotation).__supertype__
        elif is_named_alias(annotation):
            annotation = annotation.__value__
        elif qualifier_of(annotation):
            (annotation,) = get_args(annotation)
        else:
            return annotation, text


def text_in(note: Any) -> str | None:
    """A note that is a text, or that has one as its `description` or `documentation`."""
    for told in (note, getattr(note, "description", None), getattr(note, "documentation", None)):
        if isinstance(told, str):
            return told
    return None


def qualifier_of(annotation: Any) -> str | None:
    """What `Required[...]` and its like say about a key rather than about its value."""
    name = getattr(get_origin(annotation), "_name", None)
    return name if name in ("Required", "NotRequired", "ReadOnly", "Final") else None


def fields_of(cls: type) -> list[Field]:
    """The keys of the JSON object that stands for an object of a class.

    Raises `NameError` where a name in its annotations means nothing.
    """
    hints = typing.get_type_hints(cls, include_extras=True)
    if is_typed_dict(cls):
        required = cast("Any", cls).__required_keys__
        return [key_of(name, hint, name in required) for name, hint in hints.items()]
    if attrs.has(cls):
        fields = [field for field in attrs.fields(cls) if field.init]
        return [attrs_field(field, hints.get(field.name, field.type)) for field in fields]
    declared = dataclasses.fields(cast("Any", cls))
    return [dataclass_field(field, hints[field.name]) for field in declared if field.init]


def key_of(name: str, hint: Any, required: bool) -> Field:
    """A key of a TypedDict: what is written at the key beats what holds for the class."""
    qualifier = qualifier_of(hint)
    if qualifier in ("Required", "NotRequired"):
        required = qualifier == "Required"
    return Field(name, hint, optional=not required)


def attrs_field(field: attrs.Attribute[Any], hint: Any) -> Field:
    missing = field.default is attrs.NOTHING
    made = isinstance(field.default, cast("type", attrs.Factory))
    default = NO_DEFAULT if missing or made else field.default
    return Field(field.alias or field.name, hint, default, not missing)


def dataclass_field(field: dataclasses.Field[Any], hint: Any) -> Field:
    missing = dataclasses.MISSING
    default = NO_DEFAULT if field.default is missing else field.default
    made = field.default_factory is not missing
    return Field(field.name, hint, default, made or default is not NO_DEFAULT)
