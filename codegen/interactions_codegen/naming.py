"""Python names for wire names: one table of exceptions, one rule for everything else."""

from __future__ import annotations

import keyword
import re
from functools import cache

TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
FAMILY_NAME = re.compile(r"[a-z][a-z0-9_]*")
WIRE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

# As a class attribute these would hide from the rest of the class body what it needs itself.
NEEDED_IN_CLASSES = frozenset(
    {"bool", "dict", "field", "float", "int", "list", "property", "self", "str"}
)
# Taken by the base of all generated classes, and by that of the unknown variants.
BASE_ATTRIBUTES = frozenset({"extra_fields"})
UNKNOWN_ATTRIBUTES = frozenset({"problem", "raw", "tag"})

# What generated modules import or define for themselves.
RESERVED_TYPE_NAMES = frozenset(
    {"Any", "Backend", "Callable", "ClassVar", "Final", "Json", "Literal", "Mapping", "Misfit"}
    | {"Model", "Parameter", "Required", "Route", "Sequence", "TypeAlias", "TypedDict", "Unknown"}
    | {"Writers", "BACKENDS", "EMPTY", "HEADER", "REVISION", "ROUTES", "UNFIT", "WRITERS"}
    | {"False", "None", "True"}
)
RESERVED_MODULES = frozenset(
    {"converter", "params", "reading", "routes", "types", "writing"}
    | {"make_converter", "register", "structure", "unstructure"}
)
# `read_list`, `OBJECT_READERS` and others of their kind are no type's.
RESERVED_FUNCTIONS = frozenset(
    {"choice", "choices", "list", "map", "object", "scalar_map", "scalars", "unknown"}
)
# The tag of our own unknown variants: a wire tag of that name could not be told apart from them.
UNKNOWN_TAG = "unknown"
# How the class of a deviating look of a type begins, by the deviation's kind.
READING_PREFIXES = {"missing-tag": "Untagged", "tag-alias": "Renamed"}


def can_name_module(name: str) -> bool:
    return not keyword.iskeyword(name) and name not in RESERVED_MODULES


def can_name_attribute(name: str) -> bool:
    return not keyword.iskeyword(name) and name not in NEEDED_IN_CLASSES


@cache
def snake_case(name: str) -> str:
    """`URLContextCall` → `url_context_call`, `excludedFunctions` → `excluded_functions`."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def attribute_name(wire: str) -> str:
    name = snake_case(wire)
    return name if can_name_attribute(name) and name not in BASE_ATTRIBUTES else name + "_"


def constant_name(type_name: str) -> str:
    return snake_case(type_name).upper()


def module_name(revision: str) -> str:
    """`2026-05-20` → `v2026_05_20`."""
    return "v" + revision.replace("-", "_")
