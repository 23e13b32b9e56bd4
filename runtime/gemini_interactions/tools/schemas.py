"""From annotations to JSON Schema.

Classes are written where they are used; only one that contains itself goes to `$defs`. Keywords
are few, for the sake of servers that know few: no `additionalProperties` where it would be false,
no `required` where it would be empty.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from itertools import chain, count
from typing import Any, Final, get_args

from ..errors import InvalidRequestError
from . import kinds
from .arguments import fits, plain_choice
from .docstrings import read_docstring
from .kinds import NO_DEFAULT, Field, fields_of, unwrapped
from .scalars import scalar_of
from .values import as_json

Schema = dict[str, Any]

_DEFINITIONS: Final = "#/$defs/"
_TYPE_NAMES: Final[dict[type, str]] = {str: "string", int: "integer"}


class Undeclarable(Exception):  # noqa: N818 - a signal for the function that owns the parameter
    """An annotation that has no JSON Schema, and the way to it below its parameter."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.path: list[str] = []


@contextmanager
def below(step: str) -> Generator[None]:
    try:
        yield
    except Undeclarable as error:
        error.path.insert(0, step)
        raise


class Schemas:
    """The schemas of one tool, which share their definitions."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names: dict[type[Any], str] = {}
        self._open: list[type[Any]] = []

    def of(self, annotation: Any, text: str | None = None) -> Schema:
        """The schema of an annotation. `text` describes it if it does not so itself."""
        bare, own_text = unwrapped(annotation)
        schema = self._bare(bare)
        text = own_text or text
        return {**schema, "description": text} if text else schema

    def object_of(self, fields: Iterable[Field], texts: Mapping[str, str]) -> Schema:
        schema: Schema = {"type": "object", "properties": {}}
        for field in fields:
            with below(field.name):
                schema["properties"][field.name] = {
                    **self.of(field.annotation, texts.get(field.name)),
                    **default_of(field),
                }
            if not field.optional:
                schema.setdefault("required", []).append(field.name)
        return schema

    def _bare(self, form: Any) -> Schema:
        scalar = scalar_of(form)
        if scalar is not None:
            return dict(scalar.schema)
        if kinds.is_anything(form):
            return {}
        if kinds.is_literal(form):
            return choice_of(get_args(form))
        if kinds.is_union(form):
            return {"anyOf": [self.of(arm) for arm in get_args(form)]}
        if kinds.is_list(form) or kinds.is_set(form) or kinds.is_tuple(form):
            return self._list(form)
        if kinds.is_mapping(form):
            return self._mapping(form)
        if kinds.is_class(form):
            return self._class(form)
        raise Undeclarable(f"there is no JSON Schema for {shown(form)}")

    def _list(self, form: Any) -> Schema:
        members = get_args(form)
        schema: Schema = {"type": "array"}
        if kinds.is_set(form):
            schema["uniqueItems"] = True
        if kinds.is_tuple(form) and members and members[-1] is not ...:
            size = len(members)
            items = {"prefixItems": [self._item(member) for member in members]}
            return {**schema, **items, "minItems": size, "maxItems": size}
        return {**schema, "items": self._item(members[0])} if members else schema

    def _item(self, member: Any) -> Schema:
        with below("[]"):
            return self.of(member)

    def _mapping(self, form: Any) -> Schema:
        key, member = get_args(form) or (str, Any)
        if unwrapped(key)[0] is not str:
            raise Undeclarable(f"keys in JSON are strings, and cannot be {shown(key)}")
        inner = self._item(member)
        return {"type": "object", "additionalProperties": inner} if inner else {"type": "object"}

    def _class(self, cls: type[Any]) -> Schema:
        if kinds.is_enum(cls):
            return choice_of(cls)
        if kinds.is_pydantic(cls):
            return self._pydantic(cls)
        if not kinds.is_class_with_fields(cls) and not kinds.is_typed_dict(cls):
            raise Undeclarable(f"there is no JSON Schema for {shown(cls)}")
        if cls in self._open:
            self._names.setdefault(cls, self._free_name(cls.__name__))
        if cls in self._names:
            return {"$ref": _DEFINITIONS + self._names[cls]}
        schema = self._fields(cls)
        if cls not in self._names:
            return schema
        self.definitions[self._names[cls]] = schema
        return self._class(cls)

    def _fields(self, cls: type) -> Schema:
        said = read_docstring(own_docstring(cls))
        self._open.append(cls)
        try:
            schema = self.object_of(fields_of(cls), said.parameters)
        except NameError as error:
            raise Undeclarable(f"in {cls.__name__}, {error}") from None
        finally:
            self._open.pop()
        return {**schema, "description": said.prose} if said.prose else schema

    def _pydantic(self, cls: Any) -> Schema:
        schema: Schema = dict(cls.model_json_schema())
        for name, definition in schema.pop("$defs", {}).items():
            if self.definitions.setdefault(name, definition) != definition:
                raise Undeclarable(f"there are two types named {name}")
        return schema

    def _free_name(self, name: str) -> str:
        taken = {*self.definitions, *self._names.values()}
        choices = (f"{name}{number}" for number in count(2))
        return next(free for free in chain([name], choices) if free not in taken)


def choice_of(members: Iterable[Any]) -> Schema:
    choices: list[Any] = [plain_choice(member) for member in members]
    for choice in choices:
        if choice is not None and not isinstance(choice, (str, int, float)):
            raise Undeclarable(f"a choice in JSON cannot be {choice!r}")
    types = {_TYPE_NAMES.get(choice.__class__) for choice in choices}
    name = types.pop() if len(types) == 1 else None
    return {"type": name, "enum": choices} if name else {"enum": choices}


def default_of(field: Field) -> Schema:
    """What stands in for a field that is left out, if JSON can say it."""
    if field.default is NO_DEFAULT:
        return {}
    try:
        said = as_json(field.default)
    except InvalidRequestError:
        return {}
    return {"default": said} if fits(said, field.annotation) else {}


def own_docstring(cls: type) -> str | None:
    """The docstring somebody wrote: a dataclass without one gets its signature."""
    text = cls.__dict__.get("__doc__")
    return None if text is None or text.startswith(f"{cls.__name__}(") else text


def shown(annotation: Any) -> str:
    return annotation.__qualname__ if isinstance(annotation, type) else str(annotation)
