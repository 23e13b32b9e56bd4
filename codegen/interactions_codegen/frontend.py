"""datamodel-code-generator as our JSON Schema front end: the only module that knows it.

It resolves references and turns schemas into named models with typed fields. Its internals move
fast, so this adapter touches few of them, feeds it structure alone (no texts, formats or `x-`
keywords), and a test holds what comes out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from datamodel_code_generator import LiteralType
from datamodel_code_generator.parser.jsonschema import JsonSchemaParser

from .documents import is_array, is_object
from .errors import CodegenError
from .model import Anything, Choice, Constant, ListOf, MapOf, Named, Scalar, Type

STRUCTURE = frozenset(
    {"$ref", "type", "properties", "required", "items", "additionalProperties", "oneOf", "anyOf"}
    | {"enum", "const", "readOnly", "writeOnly"}
)
SCALARS: Mapping[str, Type] = {
    "str": Scalar("string"),
    "int": Scalar("integer"),
    "float": Scalar("number"),
    "bool": Scalar("boolean"),
    "Any": Anything(),
}


@frozen
class FrontField:
    type: Type
    required: bool
    read_only: bool
    write_only: bool


def read_schemas(definitions: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, FrontField]]:
    """Each definition's fields by wire name; a definition that is no object has one, named ``.

    References must have the form `#/$defs/Name`.
    """
    document = {"$defs": {name: structure_of(schema) for name, schema in definitions.items()}}
    parser = JsonSchemaParser(json.dumps(document), enum_field_as_literal=LiteralType.All)
    parser.parse_raw()
    models: dict[str, dict[str, FrontField]] = {}
    for model in parser.results:
        name = model.reference.path.rpartition("#/$defs/")[2]
        if name not in definitions:
            continue
        if model.reference.name != name:
            raise CodegenError(f"the front end renamed {name} to {model.reference.name}")
        models[name] = {
            field.original_name or "": FrontField(
                expression(field.data_type),
                bool(field.required),
                bool(field.read_only),
                bool(field.write_only),
            )
            for field in model.fields
        }
    if missing := definitions.keys() - models.keys():
        raise CodegenError(f"the front end lost {', '.join(sorted(missing))}")
    return models


def structure_of(schema: Any) -> Any:
    if is_array(schema):
        return [structure_of(part) for part in schema]
    if not is_object(schema):
        return schema
    return {
        key: {name: structure_of(part) for name, part in value.items()}
        if key == "properties"
        else structure_of(value)
        for key, value in schema.items()
        if key in STRUCTURE
    }


def expression(data_type: Any) -> Type:
    if data_type.reference is not None:
        return Named(data_type.reference.name)
    if data_type.literals:
        return Constant(tuple(data_type.literals))
    parts = tuple(expression(part) for part in data_type.data_types)
    if data_type.is_list:
        return ListOf(parts[0] if parts else Anything())
    if data_type.is_dict:
        return MapOf(parts[-1] if parts else Anything())
    if len(parts) == 1:
        return parts[0]
    if parts:
        return Choice(parts)
    try:
        return SCALARS[data_type.type]
    except KeyError:
        raise CodegenError(f"the front end made {data_type.type!r} of a schema") from None
