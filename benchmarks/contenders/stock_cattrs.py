"""cattrs as it comes, for our classes: what its users would write without our converters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from operator import attrgetter, or_
from types import UnionType
from typing import Any, Union, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.strategies import configure_tagged_union

from gemini_interactions_types import v2026_05_20 as api
from gemini_interactions_types._support.model import Model, Unknown
from gemini_interactions_types.v2026_05_20.reading import OBJECT_READERS

EVENT: Any = api.Event


def stock_converter() -> Converter:
    """Generated hooks for our classes, cattrs' tagged unions for our unions.

    The unions are registered by predicate and built afterwards, because they contain one another
    and because a field's `Content | None` is another union to cattrs.
    """
    converter = Converter(detailed_validation=False)  # the faster of its two ways
    for cls in OBJECT_READERS:
        if isinstance(cls, type) and issubclass(cls, Model):
            attrs.resolve_types(cls)
    unions = {known_members(form): form for form in OBJECT_READERS if not isinstance(form, type)}
    tagged: dict[Any, Any] = {}

    def is_union(form: Any) -> bool:
        return is_outer(form) and known_members(form) in unions

    def structure(form: Any) -> Callable[[Any, Any], Any]:
        hook = cache(lambda: converter.get_structure_hook(tagged[known_members(form)]))
        return lambda value, _: None if value is None else hook()(value, None)

    def unstructure(form: Any) -> Callable[[Any], Any]:
        hook = cache(lambda: converter.get_unstructure_hook(tagged[known_members(form)]))
        return lambda value: None if value is None else hook()(value)

    converter.register_structure_hook_func(
        lambda form: is_free_choice(form) and known_members(form) not in unions,
        lambda value, _: value,
    )
    converter.register_structure_hook_factory(is_union, structure)
    converter.register_unstructure_hook_factory(is_union, unstructure)
    for members, form in unions.items():
        name = "event_type" if form == EVENT else "type"
        tagged[members] = reduce(or_, members)
        configure_tagged_union(
            tagged[members], converter, tag_generator=attrgetter(name), tag_name=name
        )
    return converter


def known_members(form: Any) -> frozenset[Any]:
    return frozenset(c for c in get_args(form) if isinstance(c, type) and issubclass(c, Model))


def is_outer(form: Any) -> bool:
    """Our own unions have an unknown member; those made for cattrs do not."""
    return any(isinstance(arm, type) and issubclass(arm, Unknown) for arm in get_args(form))


def is_free_choice(form: Any) -> bool:
    """Choices that cattrs cannot tell apart: left as they come, which costs it nothing."""
    return len([arm for arm in get_args(form) if arm is not type(None)]) > 1 and (
        get_origin(form) in (Union, UnionType)
    )
