"""From the JSON of a call to the values a function is annotated with, strictly.

cattrs does it, with a converter of our own: nothing is coerced ("3" is no integer, true is no
number), nothing unknown is dropped, and whatever does not fit is told, with its path, of all
places at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast, get_args

from cattrs import ClassValidationError, Converter, ForbiddenExtraKeysError
from cattrs.errors import AttributeValidationNote
from cattrs.gen import make_dict_structure_fn

from . import kinds
from .kinds import SETS, Field, fields_of, form_of, unwrapped
from .scalars import Scalar, scalar_of
from .values import is_list, is_object

if TYPE_CHECKING:
    from cattrs.dispatch import StructureHook

_LONGEST_SHOWN: Final = 60

Way: TypeAlias = tuple["str | int", ...]
Problem: TypeAlias = tuple[Way, str]


class Misfit(Exception):  # noqa: N818 - a signal between readers, never seen outside
    """Values that do not fit: each with its path."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)


def read_fields(values: Mapping[str, Any], fields: Iterable[Field]) -> dict[str, Any]:
    """The values of fields, read as their annotations say; raises `Misfit`."""
    known = {field.name: field for field in fields}
    problems: list[Problem] = [
        ((name,), f"is unknown{did_you_mean(name, known)}") for name in values if name not in known
    ]
    problems += [
        ((name,), f"is missing, expected {expected(field.annotation)}")
        for name, field in known.items()
        if name not in values and not field.optional
    ]
    given = {name: field for name, field in known.items() if name in values}
    parts = [(name, values[name], field.annotation) for name, field in given.items()]
    return dict(zip(given, read_parts(parts, problems), strict=True))


def fits(value: Any, annotation: Any) -> bool:
    try:
        converter().structure(value, annotation)
    except Exception:  # whatever a class makes of it
        return False
    return True


def told(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    return [(path_text(path), text) for path, text in problems]


def path_text(path: Way) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


# --- readers: of a value, by an annotation ---------------------------------------------------


@cache
def converter() -> Converter:
    made = Converter(detailed_validation=True)
    for cls in (str, int, float, bytes, Path):
        made.register_structure_hook(cls, read_primitive)
    hooks: list[tuple[Callable[[Any], bool], StructureHook]] = [
        (lambda form: scalar_of(form) is not None, read_scalar),
        (kinds.is_enum, read_enum),
        (kinds.is_anything, lambda value, _: value),
        (kinds.is_literal, read_literal),
        (kinds.is_union, read_union),
        (kinds.is_list, read_list),
        (kinds.is_set, read_set),
        (kinds.is_tuple, read_tuple),
        (kinds.is_mapping, read_mapping),
        (kinds.is_typed_dict, read_typed_dict),
        (kinds.is_pydantic, read_pydantic),
    ]
    made.register_structure_hook_factory(kinds.is_class_with_fields, class_reader)
    for predicate, hook in hooks:
        made.register_structure_hook_func(predicate, hook)
    return made


def read_parts(
    parts: Iterable[tuple[str | int, Any, Any]], problems: Iterable[Problem] = ()
) -> list[Any]:
    """Read all parts, each with its step of the path; what is wrong with any is told of all."""
    found = list(problems)
    values: list[Any] = []
    for step, value, annotation in parts:
        try:
            values.append(converter().structure(value, annotation))
        except Exception as error:
            found += [((step, *path), text) for path, text in problems_in(error)]
    if found:
        raise Misfit(found)
    return values


def unfit(value: Any, annotation: Any) -> Misfit:
    return Misfit([((), f"expected {expected(annotation)}, got {shortened(value)}")])


def read_primitive(value: Any, cls: Any) -> Any:
    """cattrs brings the subclasses of a primitive here too: enumerations, above all."""
    return read_enum(value, cls) if kinds.is_enum(cls) else read_scalar(value, cls)


def read_scalar(value: Any, cls: Any) -> Any:
    scalar = scalar_of(cls)
    try:
        return cast("Scalar", scalar).read(value)
    except ValueError:
        raise unfit(value, cls) from None


def read_enum(value: Any, cls: Any) -> Any:
    return chosen(value, cls, cls)


def read_literal(value: Any, annotation: Any) -> Any:
    return chosen(value, annotation, get_args(annotation))


def chosen(value: Any, annotation: Any, members: Iterable[Any]) -> Any:
    """The member of that very JSON value: true is not 1."""
    for member in members:
        plain = plain_choice(member)
        if type(plain) is type(value) and plain == value:
            return member
    raise unfit(value, annotation)


def plain_choice(member: Any) -> Any:
    """The JSON of a member of an enumeration or of a `Literal`."""
    return member.value if isinstance(member, Enum) else member


def read_union(value: Any, annotation: Any) -> Any:
    """The first arm that fits, a type that the value has before all others.

    If all arms but one are of another kind, what is wrong inside that one is told.
    """
    near: list[list[Problem]] = []
    for arm in sorted(get_args(annotation), key=lambda arm: arm is not type(value)):
        try:
            return converter().structure(value, arm)
        except Exception as error:
            problems = problems_in(error)
            near += [problems] if all(path for path, _ in problems) else []
    raise Misfit(near[0]) if len(near) == 1 else unfit(value, annotation)


def items_of(value: Any, annotation: Any) -> list[Any]:
    if is_list(value):
        return value
    raise unfit(value, annotation)


def read_list(value: Any, annotation: Any) -> list[Any]:
    items = items_of(value, annotation)
    (member,) = get_args(annotation) or (Any,)
    return read_parts((number, item, member) for number, item in enumerate(items))


def read_set(value: Any, annotation: Any) -> Any:
    made: Any = SETS[form_of(annotation)]
    return made(read_list(value, annotation))


def read_tuple(value: Any, annotation: Any) -> tuple[Any, ...]:
    items = items_of(value, annotation)
    members = get_args(annotation) or (Any, ...)
    if members[-1] is ...:
        members = members[:1] * len(items)
    if len(members) != len(items):
        raise unfit(value, annotation)
    numbers = range(len(items))
    return tuple(read_parts(zip(numbers, items, members, strict=True)))


def object_of(value: Any, annotation: Any) -> dict[str, Any]:
    if is_object(value):
        return dict(value)
    raise unfit(value, annotation)


def read_mapping(value: Any, annotation: Any) -> dict[str, Any]:
    items = object_of(value, annotation)
    _, member = get_args(annotation) or (str, Any)
    read = read_parts((key, item, member) for key, item in items.items())
    return dict(zip(items, read, strict=True))


def class_reader(cls: Any) -> StructureHook:
    fields = make_dict_structure_fn(
        cls,
        converter(),
        _cattrs_forbid_extra_keys=True,
        _cattrs_detailed_validation=True,
        _cattrs_use_alias=True,
    )
    return lambda value, _: fields(object_of(value, cls), cls)


def read_typed_dict(value: Any, cls: Any) -> dict[str, Any]:
    """By our own list of keys: that of the class is wrong where annotations are strings."""
    return read_fields(object_of(value, cls), fields_of(cls))


def read_pydantic(value: Any, cls: Any) -> Any:
    return cls.model_validate_json(json.dumps(object_of(value, cls)), strict=True)


# --- what to tell ----------------------------------------------------------------------------


def problems_in(error: Exception) -> list[Problem]:
    """What went wrong in reading, by what readers, cattrs, pydantic and constructors raise."""
    if isinstance(error, Misfit):
        return error.problems
    if isinstance(error, ClassValidationError):
        parts: tuple[Exception, ...] = cast("Any", error).exceptions
        return [problem for part in parts for problem in problems_of_field(part)]
    if isinstance(error, ForbiddenExtraKeysError):
        known = [field.name for field in fields_of(error.cl)]
        return [
            ((name,), f"is unknown{did_you_mean(name, known)}")
            for name in sorted(error.extra_fields)
        ]
    told_apart = getattr(error, "errors", None)
    if callable(told_apart):  # as pydantic does
        return [(tuple(part["loc"]), str(part["msg"])) for part in cast("Any", told_apart())]
    return [((), str(error) or type(error).__name__)]


def problems_of_field(error: Exception) -> Iterator[Problem]:
    notes = getattr(error, "__notes__", ())
    field = next((note for note in notes if isinstance(note, AttributeValidationNote)), None)
    if field is None:
        yield from problems_in(error)
    elif isinstance(error, KeyError) and len(error.args) == 1:
        yield (str(error.args[0]),), f"is missing, expected {expected(field.type)}"
    else:
        yield from (((field.name, *path), text) for path, text in problems_in(error))


def expected(annotation: Any) -> str:
    """What an annotation wants, in words."""
    form, _ = unwrapped(annotation)
    scalar = scalar_of(form)
    if scalar is not None:
        return scalar.expected
    if kinds.is_union(form):
        return " or ".join(map(expected, get_args(form)))
    if kinds.is_literal(form) or kinds.is_enum(form):
        members = get_args(form) or form
        return "one of " + ", ".join(json.dumps(plain_choice(member)) for member in members)
    if kinds.is_tuple(form) and get_args(form)[-1:] not in ((), (...,)):
        return f"a list of {len(get_args(form))} items"
    if kinds.is_list(form) or kinds.is_set(form) or kinds.is_tuple(form):
        return "a list"
    return "anything" if kinds.is_anything(form) else "an object"


def shortened(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f", did you mean {close[0]}?" if close else ""
