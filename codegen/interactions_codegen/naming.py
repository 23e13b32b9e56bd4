"""Python names for wire names: one table of exceptions, one rule for everything else."""

from __future__ import annotations

import keyword
import re

TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
FAMILY_NAME = re.compile(r"[a-z][a-z0-9_]*")
WIRE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

# As a class attribute these would hide the builtin from the annotations of later fields.
BUILTINS_IN_ANNOTATIONS = frozenset({"bool", "dict", "float", "int", "list", "str"})
# Taken by the base of all generated classes.
BASE_ATTRIBUTES = frozenset({"extra_fields"})

# What generated modules import or define for themselves.
RESERVED_TYPE_NAMES = frozenset(
    {"Any", "Backend", "Callable", "ClassVar", "Final", "Json", "Literal", "Mapping", "Misfit"}
    | {"Model", "Parameter", "Required", "Route", "Sequence", "TypeAlias", "TypedDict", "Unknown"}
    | {"Writers"}
)
RESERVED_MODULES = frozenset({"converter", "params", "reading", "routes", "types", "writing"})
# The tag of our own unknown variants: a wire tag of that name could not be told apart from them.
UNKNOWN_TAG = "unknown"


def snake_case(name: str) -> str:
    """`URLContextCall` → `url_context_call`, `excludedFunctions` → `excluded_functions`."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def attribute_name(wire: str) -> str:
    name = snake_case(wire)
    if keyword.iskeyword(name) or name in BUILTINS_IN_ANNOTATIONS | BASE_ATTRIBUTES:
        return name + "_"
    return name


def constant_name(type_name: str) -> str:
    return snake_case(type_name).upper()


def module_name(revision: str) -> str:
    """`2026-05-20` → `v2026_05_20`."""
    return "v" + revision.replace("-", "_")
