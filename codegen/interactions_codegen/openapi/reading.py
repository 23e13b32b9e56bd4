"""The schemas of a document → nodes: each component as it stands, references kept.

What the inventory has no word for is reported, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, evolve, field

from .. import naming
from ..documents import Place, is_array, is_object
from ..errors import SpecError
from ..shapes import line
from ..source import SINGLE_FILES
from .document import COMPONENT_NAME, Document
from .keywords import (
    ANNOTATIONS,
    MEANINGLESS_FORMATS,
    NARROWING,
    READ,
    REFUSED,
    STRUCTURE,
)
from .merging import merged
from .nodes import (
    Array,
    Choice,
    Constant,
    Enum,
    Map,
    Node,
    Object,
    Reference,
    Scalar,
    annotated,
)
from .report import Report

MOST_SCHEMAS = 30_000
DEEPEST = 100
SCALARS = frozenset({"boolean", "integer", "number", "string"})


@define
class Reader:
    document: Document
    report: Report
    own_words: bool
    """The document was exported from a revision: its descriptions are ours."""
    nodes: dict[str, Node] = field(factory=dict[str, Node])
    families: dict[str, str] = field(factory=dict[str, str])
    """The families that the document itself names, by component."""
    pending: list[str] = field(factory=list[str])
    expanding: list[str] = field(factory=list[str])
    used: set[str] = field(factory=set[str])
    """The components that something was taken from."""
    schemas: int = 0
    depth: int = 0

    def read_reached(self) -> None:
        """Read all components that what has been read refers to."""
        while self.pending:
            name = self.pending.pop(0)
            if name not in self.nodes:
                self.nodes[name] = self.component(name)

    def component(self, name: str) -> Node:
        self.used.add(name)
        place = self.document.root.below("components", "schemas", name)
        schema = self.document.schemas[name]
        if not COMPONENT_NAME.fullmatch(name):
            self.report.could_not_place(place, "OpenAPI allows no such name for a component")
        if is_object(schema) and (family := schema.get("x-family")) is not None:
            if not can_name_family(family):
                raise place.error("it must be a word that can name a module", "x-family")
            self.families[name] = family
        if heirs := self.heirs(name, schema):
            self.report.note("settled", name, "a union of the types that extend it")
            return self.polymorphic(schema, place, heirs)
        node = self.read(schema, place)
        if isinstance(node, Constant):
            return Enum(place=node.place, about=node.about, values=[node.value])
        return node

    def read(self, schema: Any, place: Place) -> Node:
        """One schema; what it refers to among the components is read later."""
        self.schemas += 1
        if self.schemas > MOST_SCHEMAS:
            problem = f"more than {MOST_SCHEMAS} schemas, once references are written out"
            raise place.error(problem)
        self.depth += 1
        if self.depth > DEEPEST:
            raise place.error("nested too deeply, once references are written out")
        try:
            return self.read_form(schema, place)
        finally:
            self.depth -= 1

    def read_form(self, schema: Any, place: Place) -> Node:
        if schema is True:
            return Node(place=place)
        if not is_object(schema):
            return self.misplaced(place, "a schema is an object")
        about = self.about(schema, place)
        if "$ref" in schema:
            return self.read_reference(schema, place, about)
        if "allOf" in schema:
            return self.read_all(schema, place, about)
        unions = [key for key in ("oneOf", "anyOf") if key in schema]
        if len(unions) == 2:
            return self.misplaced(place, "oneOf and anyOf in one schema")
        if unions and not self.only_narrows(schema[unions[0]], unions[0]):
            return self.read_union(schema, place, about, unions[0])
        if "const" in schema:
            return self.read_values([schema["const"]], False, place.below("const"), about)
        if "enum" in schema:
            return self.read_values(schema["enum"], is_open(schema), place.below("enum"), about)
        return self.read_type(schema, place, about)

    def misplaced(self, place: Place, problem: str) -> Node:
        self.report.could_not_place(place, problem)
        return Node(place=place)

    # --- remarks -------------------------------------------------------------------------------

    def about(self, schema: Mapping[str, Any], place: Place) -> dict[str, Any]:
        """Flags, and the description if it is ours; everything without a meaning is counted."""
        for keyword in schema:
            if keyword in REFUSED:
                self.report.could_not_place(place.below(keyword), REFUSED[keyword])
            elif keyword not in READ or (keyword == "description" and not self.own_words):
                self.report.keywords[keyword] += 1
        if schema.get("nullable") is True:
            self.report.note("loosened", place, "null")
        about = {keyword: True for keyword in schema if self.flag(schema, keyword, place)}
        description = schema.get("description")
        if self.own_words and description:
            line(place.below("description"), description)
            about["description"] = description
        return about

    def flag(self, schema: Mapping[str, Any], keyword: str, place: Place) -> bool:
        if keyword not in ANNOTATIONS:
            return False
        if not isinstance(schema[keyword], bool):
            raise place.error("it must be true or false", keyword)
        return bool(schema[keyword])

    # --- references and inheritance ------------------------------------------------------------

    def read_reference(
        self, schema: Mapping[str, Any], place: Place, about: dict[str, Any]
    ) -> Node:
        more = {key: value for key, value in schema.items() if key in STRUCTURE}
        if more and not self.document.is_3_0:
            parts = [{"$ref": schema["$ref"]}, more]
            return annotated(self.read_all({"allOf": parts}, place, {}), about)
        for keyword in more:
            self.report.note("loosened", place.below(keyword), "it stands beside a reference")
        target, target_place = self.document.target(schema["$ref"], place)
        name = self.document.component(schema["$ref"])
        if name is not None:
            self.pending.append(name)
            return Reference(place=place, about=about, name=name)
        return annotated(self.expanded(target, target_place, place), about)

    def expanded(self, target: Any, target_place: Place, place: Place) -> Node:
        """What a reference leads to, written in its place."""
        pointer = target_place.pointer
        if pointer in self.expanding:
            raise place.error(f"#{pointer} contains itself")
        self.expanding.append(pointer)
        self.used |= {name for name in [self.document.component(f"#{pointer}")] if name}
        try:
            return self.read(target, target_place)
        finally:
            self.expanding.pop()

    def expand(self, node: Reference) -> Node:
        reference = {"$ref": f"#/components/schemas/{node.name}"}
        target, place = self.document.follow(reference, node.place)
        return self.expanded(target, place, node.place)

    def read_all(self, schema: Mapping[str, Any], place: Place, about: dict[str, Any]) -> Node:
        parts = schema["allOf"]
        if not is_array(parts) or not parts:
            return self.misplaced(place.below("allOf"), "it must be an array of schemas")
        places = [
            (requirement(part), place.below("allOf", index)) for index, part in enumerate(parts)
        ]
        remarks = [(part, below) for part, below in places if is_remark(part)]
        types = [(part, below) for part, below in places if not is_remark(part)]
        beside = {key: value for key, value in schema.items() if key in STRUCTURE - {"allOf"}}
        for part, below in remarks:
            about = {**self.about(part, below), **about}
        if len(types) == 1 and not beside:
            return annotated(self.read(*types[0]), about)
        nodes = [self.read_part(part, below) for part, below in types]
        if beside:
            nodes.append(self.read(requirement(beside), place))
        if not nodes:
            return Node(place=place, about=about)
        # What is said of a part is said of that type, not of this one.
        bare = [evolve(node, about={}) for node in nodes]
        return annotated(merged(bare, place, self.expand, self.report), about)

    def read_part(self, part: Any, place: Place) -> Node:
        if not is_object(part) or "$ref" not in part:
            return self.read(part, place)
        target, target_place = self.document.follow(part, place)
        node = self.expanded(target, target_place, place)
        more = {key: value for key, value in part.items() if key in STRUCTURE}
        if not more or self.document.is_3_0:
            return node
        return merged([node, self.read(more, place)], place, self.expand, self.report)

    def heirs(self, name: str, schema: Any) -> list[str]:
        """The types that extend a type with a discriminator and without arms."""
        keys: set[str] = set(schema) if is_object(schema) else set()
        if "discriminator" not in keys or keys & {"oneOf", "anyOf"}:
            return []
        place = self.document.root.below("components", "schemas", name)
        mapping = self.mapping(schema["discriminator"], place.below("discriminator"))
        return list(dict.fromkeys([*mapping.values(), *self.extending(name)]))

    def extending(self, name: str) -> Iterator[str]:
        for other, schema in self.document.schemas.items():
            given: Any = schema.get("allOf") if is_object(schema) else None
            parts: list[Any] = given if is_array(given) else []
            for part in parts:
                if is_object(part) and self.document.component(part.get("$ref")) == name:
                    yield other

    def polymorphic(self, schema: Mapping[str, Any], place: Place, heirs: list[str]) -> Node:
        arms = [{"$ref": f"#/components/schemas/{heir}"} for heir in heirs]
        union = {"oneOf": arms, "discriminator": schema["discriminator"]}
        return self.read_union(union, place, self.about(schema, place), "oneOf")

    # --- unions --------------------------------------------------------------------------------

    def only_narrows(self, arms: Any, keyword: str) -> bool:
        """Arms that forbid combinations of properties, as OpenAPI has no other way to."""
        given: list[Any] = arms if is_array(arms) else []
        keys: list[set[str]] = [set(arm) if is_object(arm) else set() for arm in given]
        narrows = all(own <= NARROWING and own & {"not", "required"} for own in keys)
        if keys and narrows:
            self.report.keywords[keyword] += 1
        return bool(keys) and narrows

    def read_union(
        self, schema: Mapping[str, Any], place: Place, about: dict[str, Any], key: str
    ) -> Node:
        beside = schema.keys() & (STRUCTURE - {key, "discriminator", "type"})
        if beside:
            return self.misplaced(place, f"{key} beside {', '.join(sorted(beside))}")
        if not is_array(schema[key]) or not schema[key]:
            return self.misplaced(place.below(key), "it must be an array of schemas")
        kept = [index for index, arm in enumerate(schema[key]) if not is_null(arm)]
        if len(kept) < len(schema[key]):
            self.report.note("loosened", place, "null")
        arms = [self.read(schema[key][index], place.below(key, index)) for index in kept]
        if not arms:
            return self.misplaced(place, "there is nothing but null")
        if len(arms) == 1 and "discriminator" not in schema:
            return annotated(arms[0], about)
        tag, mapping = None, dict[str, str]()
        if "discriminator" in schema:
            discriminator = schema["discriminator"]
            mapping = self.mapping(discriminator, place.below("discriminator"))
            tag = discriminator["propertyName"]
        return Choice(
            place=place,
            about=about,
            arms=arms,
            tag=tag,
            mapping=mapping,
            open=is_open(schema),
            rules=self.rules(schema, place, kept),
        )

    def mapping(self, discriminator: Any, place: Place) -> dict[str, str]:
        """Tag → component; a value may be a reference or the bare name."""
        if not is_object(discriminator) or not isinstance(discriminator.get("propertyName"), str):
            raise place.error("a discriminator is an object with a propertyName")
        mapping: dict[str, str] = {}
        given: Any = discriminator.get("mapping", {})
        if not is_object(given):
            raise place.error("it must be an object", "mapping")
        for tag, reference in given.items():
            name = self.document.component(reference) or reference
            if not isinstance(name, str) or name not in self.document.schemas:
                problem = f"{reference!r} leads to no schema of this document"
                raise place.error(problem, "mapping", tag)
            mapping[tag] = name
            self.pending.append(name)
        return mapping

    def rules(
        self, schema: Mapping[str, Any], place: Place, kept: list[int]
    ) -> list[dict[str, Any]]:
        """`x-dispatch` of the document, its arms counted without null."""
        given = schema.get("x-dispatch", [])
        if not is_array(given) or not all(is_object(rule) for rule in given):
            raise place.error("it must be an array of rules", "x-dispatch")
        for index, rule in enumerate(given):
            if rule.get("arm") not in kept:
                raise place.error("there is no such arm", "x-dispatch", index, "arm")
        return [{**rule, "arm": kept.index(rule["arm"])} for rule in given]

    # --- values --------------------------------------------------------------------------------

    def read_values(self, values: Any, opened: bool, place: Place, about: dict[str, Any]) -> Node:
        """`enum` and `const`: of strings, or no more than their type."""
        if not is_array(values) or not values:
            return self.misplaced(place, "it must be an array of values")
        if None in values:
            self.report.note("loosened", place, "null")
        values = [value for value in values if value is not None]
        kinds: set[type] = {type(value) for value in values}
        if kinds == {str}:
            return self.read_strings(values, opened, place, about)
        names: dict[type, str] = {bool: "boolean", int: "integer", float: "number"}
        if len(kinds) == 1 and kinds <= names.keys():
            self.report.note("loosened", place, "an enum is of strings: the type alone was kept")
            return Scalar(place=place, about=about, type=names[kinds.pop()])
        return self.misplaced(place, "an enum is of strings, numbers or booleans")

    def read_strings(
        self, values: list[str], opened: bool, place: Place, about: dict[str, Any]
    ) -> Node:
        for index, value in enumerate(values):
            try:
                line(place.below(index) if place.pointer.endswith("/enum") else place, value)
            except SpecError as error:
                return self.misplaced(Place(error.file, error.pointer), error.problem)
        if len(set(values)) < len(values):
            return self.misplaced(place, "a value stands here twice")
        if place.pointer.endswith("/const"):
            return Constant(place=place, about=about, value=values[0])
        return Enum(place=place, about=about, values=values, open=opened)

    # --- types ---------------------------------------------------------------------------------

    def read_type(self, schema: Mapping[str, Any], place: Place, about: dict[str, Any]) -> Node:
        given = schema.get("type", implied_type(schema))
        kinds = given if is_array(given) else [given]
        if "null" in kinds:
            self.report.note("loosened", place, "null")
        kinds = [kind for kind in kinds if kind != "null"]
        if len(kinds) > 1:
            one_each = [{**structure_of(schema), "type": kind} for kind in kinds]
            return Choice(place=place, about=about, arms=[self.read(s, place) for s in one_each])
        kind = kinds[0] if kinds else None
        if kind is None:
            return Node(place=place, about=about)
        if kind == "object":
            return self.read_object(schema, place, about)
        if kind == "array":
            items = schema.get("items")
            item = None if items is None else self.read(items, place.below("items"))
            return Array(place=place, about=about, item=item)
        if not isinstance(kind, str) or kind not in SCALARS:
            return self.misplaced(place.below("type"), f"there is no type {kind!r}")
        return self.read_scalar(kind, schema, place, about)

    def read_scalar(
        self, kind: str, schema: Mapping[str, Any], place: Place, about: dict[str, Any]
    ) -> Node:
        encoding, form = schema.get("contentEncoding"), schema.get("format")
        for key, value in (("contentEncoding", encoding), ("format", form)):
            if value is not None:
                line(place.below(key), value)
        if form == "byte":
            encoding, form = "base64", None
        if form in MEANINGLESS_FORMATS:
            self.report.keywords[f"format {form}"] += 1
            form = None
        return Scalar(place=place, about=about, type=kind, format=form, encoding=encoding)

    def read_object(self, schema: Mapping[str, Any], place: Place, about: dict[str, Any]) -> Node:
        further: Any = schema.get("additionalProperties", False)
        if not isinstance(further, bool) and not is_object(further):
            return self.misplaced(place.below("additionalProperties"), "a schema is an object")
        if "properties" not in schema:
            value = None
            if is_object(further) and further:
                value = self.read(further, place.below("additionalProperties"))
            return Map(place=place, about=about, value=value)
        if not is_object(schema["properties"]):
            return self.misplaced(place.below("properties"), "it must be an object")
        if is_object(further) and further:
            self.report.note("loosened", place, "the type of further keys")
        return Object(
            place=place,
            about=about,
            properties=dict(self.properties(schema["properties"], place.below("properties"))),
            required=self.required(schema, place),
            further=further is not False,
        )

    def properties(self, given: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Node]]:
        for wire, schema in given.items():
            if naming.WIRE_NAME.fullmatch(wire):
                yield wire, self.read(schema, place.below(wire))
            else:
                problem = f"{wire!r} cannot become a Python name"
                self.report.could_not_place(place.below(wire), problem)

    def required(self, schema: Mapping[str, Any], place: Place) -> list[str]:
        given = schema.get("required", [])
        if not is_array(given) or not all(isinstance(wire, str) for wire in given):
            raise place.error("it must be an array of names", "required")
        return list(dict.fromkeys(given))


def can_name_family(family: Any) -> bool:
    return (
        isinstance(family, str)
        and naming.FAMILY_NAME.fullmatch(family) is not None
        and naming.can_name_module(family)
        and f"{family}.json" not in SINGLE_FILES
    )


def structure_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key in STRUCTURE}


def requirement(part: Any) -> Any:
    """A part of `allOf` that requires properties which another part has, as an object."""
    if is_object(part) and "required" in part and not part.keys() & {"$ref", "properties"}:
        return {**part, "properties": {}}
    return part


def is_remark(part: Any) -> bool:
    """A part of `allOf` that says nothing of the type itself."""
    return is_object(part) and "$ref" not in part and not structure_of(part)


def is_null(arm: Any) -> bool:
    if not is_object(arm):
        return False
    nulls: list[Any] = [["null"], "null"]
    return arm.get("type") in nulls or arm.get("enum") == [None] or arm.get("const", ...) is None


def is_open(schema: Mapping[str, Any]) -> bool:
    """The document says that the service may add values."""
    return schema.get("x-open") is True or schema.get("x-speakeasy-unknown-values") == "allow"


def implied_type(schema: Mapping[str, Any]) -> str | None:
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema else None
