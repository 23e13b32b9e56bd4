"""Python text for one type, field or value. Pure functions over the model; no layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .errors import CodegenError
from .model import (
    AliasType,
    Anything,
    Choice,
    Constant,
    EnumType,
    Field,
    ListOf,
    MapOf,
    Named,
    ObjectType,
    Revision,
    Rule,
    Scalar,
    Type,
    UnionType,
)
from .naming import constant_name, snake_case

PYTHON_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
EXPECTED = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
}


def literal(text: str) -> str:
    """A Python string literal that can hold any text, quoted as a formatter would quote it."""
    text = text.encode("unicode_escape").decode("ascii")
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + text.replace(quote, f"\\{quote}") + quote


def literals(values: Iterable[str]) -> str:
    return ", ".join(map(literal, values))


def reader(name: str) -> str:
    return f"read_{snake_case(name)}"


def writer(name: str) -> str:
    return f"write_{snake_case(name)}"


def readers_table(union: str) -> str:
    return f"{constant_name(union)}_READERS"


# --- annotations -------------------------------------------------------------------------------


def annotation(type_: Type) -> str:
    """The annotation of a field of a class."""
    if isinstance(type_, Scalar):
        return PYTHON_SCALARS[type_.kind]
    if isinstance(type_, Constant):
        return f"Literal[{literals(type_.values)}] | str"
    if isinstance(type_, Anything):
        return "Any"
    if isinstance(type_, Named):
        return type_.name
    if isinstance(type_, ListOf):
        return f"list[{annotation(type_.item)}]"
    if isinstance(type_, MapOf):
        return f"dict[str, {annotation(type_.value)}]"
    return either(annotation(arm) for arm in type_.arms)


def either(arms: Iterable[str]) -> str:
    """`A | B` without repetitions; `Any` swallows the rest."""
    unique = distinct(arms)
    return "Any" if "Any" in unique else " | ".join(unique)


def distinct(arms: Iterable[str]) -> list[str]:
    """Arms without repetitions and with one list at most: mypy infers no items for a choice of
    lists, and what is typed as a list of one kind fits a sequence of several."""
    unique = list(dict.fromkeys(arms))
    lists = [arm for arm in unique if arm.startswith(("list[", "Sequence["))]
    if len(lists) < 2:
        return unique
    items = either(arm[arm.index("[") + 1 : -1] for arm in lists)
    return [*(arm for arm in unique if arm not in lists), f"Sequence[{items}]"]


def field_annotation(field: Field, tag_values: tuple[str, ...]) -> str:
    if tag_values:
        return f"Literal[{literals(tag_values)}]"
    text = either([annotation(field.type), *(PYTHON_SCALARS[kind] for kind in field.also)])
    if field.presence == "always" or text == "Any":
        return text
    return f"{text} | None"


def default(field: Field) -> str | None:
    """The default in the constructor; `None` where a caller has to give a value."""
    if field.presence == "optional":
        return "None"
    if isinstance(field.type, Constant) and len(field.type.values) == 1:
        return literal(field.type.values[0])
    return None


def param_annotation(revision: Revision, type_: Type) -> str:
    """The annotation of what a caller may pass: a class, its TypedDict, or plain JSON values."""
    if isinstance(type_, Named):
        definition = revision.definitions[type_.name]
        if isinstance(definition, ObjectType):
            return f"{type_.name} | {type_.name}Param"
        return type_.name if isinstance(definition, EnumType) else f"{type_.name}Param"
    if isinstance(type_, ListOf):
        return f"Sequence[{param_annotation(revision, type_.item)}]"
    if isinstance(type_, MapOf):
        return f"Mapping[str, {param_annotation(revision, type_.value)}]"
    if isinstance(type_, Choice):
        return either(param_annotation(revision, arm) for arm in type_.arms)
    return annotation(type_)


# --- reading -----------------------------------------------------------------------------------


def scalar_kind(revision: Revision, type_: Type) -> str | None:
    """The JSON kind of a type that holds no object or array."""
    if isinstance(type_, Scalar):
        return type_.kind
    if isinstance(type_, Constant):
        return "string"
    if isinstance(type_, Named) and isinstance(revision.definitions[type_.name], EnumType):
        return "string"
    return None


def kinds(revision: Revision, type_: Type) -> frozenset[str]:
    """The JSON kinds a type's values may have."""
    kind = scalar_kind(revision, type_)
    if kind is not None:
        return frozenset({kind})
    if isinstance(type_, ListOf):
        return frozenset({"array"})
    if isinstance(type_, Anything):
        return frozenset()
    if isinstance(type_, Choice):
        return frozenset(kind for arm in type_.arms for kind in kinds(revision, arm))
    if isinstance(type_, Named):
        definition = revision.definitions[type_.name]
        if isinstance(definition, AliasType):
            return kinds(revision, definition.type)
    return frozenset({"object"})


def choice_of(type_: Type) -> Choice | None:
    """The choice that decides how items of a type are read, if there is one."""
    if isinstance(type_, Choice):
        return type_
    if isinstance(type_, ListOf):
        return type_.item if isinstance(type_.item, Choice) else None
    if isinstance(type_, MapOf):
        return type_.value if isinstance(type_.value, Choice) else None
    return None


def choice_reader(owner: str, field: Field) -> str:
    """The function that reads a choice written in place."""
    return f"read_{snake_case(field.wire)}_of_{snake_case(owner)}"


def check(revision: Revision, field: Field) -> tuple[str, str] | None:
    """An item's class test, and the support function that judges whatever fails it."""
    wire = literal(field.wire)
    kind = scalar_kind(revision, field.type)
    if kind is not None:
        function = "required" if field.presence == "always" else "scalar"
        call = f'{function}(data, {wire}, "{EXPECTED[kind]}", item)'
        return f"item.__class__ is not {PYTHON_SCALARS[kind]}", call
    if isinstance(field.type, Named) and not is_alias(revision, field.type.name):
        return "item.__class__ is not dict", f"mapping(data, {wire}, item)"
    return None


def insisted_on(revision: Revision, definition: ObjectType) -> tuple[list[Field], list[Field]]:
    """The fields without which an object cannot be read, and all others."""
    parts: tuple[list[Field], list[Field]] = ([], [])
    for field in definition.fields:
        refuses = field.presence == "always" and not takes_anything(revision, field.type)
        parts[0 if refuses else 1].append(field)
    return parts


def takes_anything(revision: Revision, type_: Type) -> bool:
    if isinstance(type_, Choice):
        return any(takes_anything(revision, arm) for arm in type_.arms)
    if isinstance(type_, Named):
        definition = revision.definitions[type_.name]
        return isinstance(definition, AliasType) and takes_anything(revision, definition.type)
    return isinstance(type_, Anything)


def check_readable(revision: Revision, type_: Type) -> None:
    """Refuse a type that has no reader."""
    read(revision, type_, "", "choice")
    choice = choice_of(type_)
    if choice is not None:
        list(decisions(revision, choice))


def read(revision: Revision, type_: Type, place: str, choice: str) -> str:
    """An expression that reads `item`, which stands at `place` (container and key)."""
    if scalar_kind(revision, type_) is not None:
        return "item"
    if choice_of(type_) is not None and not choice:
        raise CodegenError("a choice inside a choice needs a name in $defs")
    if isinstance(type_, Choice):
        return f"{choice}({place}, item)"
    if isinstance(type_, Named):
        if is_alias(revision, type_.name):
            return f"{reader(type_.name)}({place}, item)"
        return f"{object_reader(revision, type_.name)}(item)"
    if isinstance(type_, MapOf):
        return read_map(revision, type_, place, choice)
    if isinstance(type_, ListOf):
        return read_list(revision, type_, place, choice)
    return "item"


def object_reader(revision: Revision, name: str) -> str:
    """The reader of an object or a union; the one that checks the tag, if no union does."""
    definition = revision.definitions[name]
    if isinstance(definition, ObjectType) and definition.tag and len(definition.tag.values) == 1:
        return f"OBJECT_READERS[{name}]"
    return reader(name)


def read_field(revision: Revision, owner: str, field: Field) -> str:
    place = f"data, {literal(field.wire)}"
    return read(revision, field.type, place, choice_reader(owner, field))


def read_map(revision: Revision, type_: MapOf, place: str, choice: str) -> str:
    if isinstance(type_.value, Choice):
        return f"read_map({place}, item, {choice})"
    kind = scalar_kind(revision, type_.value)
    if kind is not None:
        return f'read_scalar_map({place}, "{EXPECTED[kind]}", item)'
    if isinstance(type_.value, Anything):
        return f"dict(mapping({place}, item))"
    raise CodegenError("a map of objects needs a choice or plain values")


def read_list(revision: Revision, type_: ListOf, place: str, choice: str) -> str:
    item = type_.item
    kind = scalar_kind(revision, item)
    if kind is not None:
        return f'read_scalars({place}, "{EXPECTED[kind]}", item)'
    if isinstance(item, Anything):
        return f"list(array({place}, item))"
    if isinstance(item, Choice):
        return f"read_choices({place}, item, {choice})"
    if isinstance(item, Named):
        if is_alias(revision, item.name):
            return f"read_choices({place}, item, {reader(item.name)})"
        return f"read_list({place}, item, {object_reader(revision, item.name)})"
    if isinstance(item, MapOf) and kinds(revision, item.value).isdisjoint({"array", "object"}):
        return f"read_list({place}, item, dict)"
    raise CodegenError("an array of arrays or of typed maps has no reader yet")


def is_alias(revision: Revision, name: str) -> bool:
    return isinstance(revision.definitions[name], AliasType)


# --- choices -----------------------------------------------------------------------------------


def decisions(revision: Revision, choice: Choice) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """For each JSON kind that needs reading: its arms as (condition, expression), in order.

    The last arm of a kind has no condition. Kinds that more than one arm takes are refused unless
    the spec's rules say how to tell them apart.
    """
    for kind in ("object", "array"):
        rivals = [i for i, arm in enumerate(choice.arms) if kind in kinds(revision, arm)]
        open_arm = any(isinstance(arm, Anything) for arm in choice.arms)
        if not rivals:
            continue
        ruled = [rule for rule in choice.rules if rule.arm in rivals]
        if len(rivals) > 1 and {rule.arm for rule in ruled} != set(rivals):
            raise CodegenError(f"{len(rivals)} arms take {EXPECTED[kind]}, and no x-dispatch rules")
        if kind == "object" and open_arm and not ruled and not is_tagged(revision, choice, rivals):
            raise CodegenError("an object and anything at all, and no x-dispatch rules")
        arms: list[tuple[str, str]] = []
        for rule in ruled or [Rule(rivals[0])]:
            arm = choice.arms[rule.arm]
            expression = read(revision, arm, "container, key", "")
            arms.append((condition(revision, choice, rule), expression))
        if not all(condition for condition, _ in arms[:-1]):
            raise CodegenError(f"an arm without a condition must be the last of {EXPECTED[kind]}")
        yield kind, arms


def is_tagged(revision: Revision, choice: Choice, rivals: list[int]) -> bool:
    arm = choice.arms[rivals[0]]
    return isinstance(arm, Named) and isinstance(revision.definitions[arm.name], UnionType)


def condition(revision: Revision, choice: Choice, rule: Rule) -> str:
    if rule.has:
        return " and ".join(f"{literal(key)} in item" for key in rule.has)
    if rule.first is None:
        return ""
    unions = [
        definition
        for arm in choice.arms
        if isinstance(arm, ListOf) and isinstance(arm.item, Named)
        for definition in [revision.definitions[arm.item.name]]
        if isinstance(definition, UnionType)
        and (rule.first == "untagged" or arm is choice.arms[rule.arm])
    ]
    if not unions:
        raise CodegenError("first needs an array of a union with a tag")
    union = unions[0]
    first = f"tag_of(item, {literal(union.tag)})"
    if rule.first == "tagged":
        return f"{first} in {readers_table(union.name)}"
    return f"{first} is None"


def has_scalars(revision: Revision, choice: Choice) -> bool:
    return bool(kinds(revision, choice) - {"array", "object"})


def expected(revision: Revision, choice: Choice) -> str:
    """`a string, an object or an array`."""
    found = kinds(revision, choice)
    words = [EXPECTED[kind] for kind in EXPECTED if kind in found]
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


# --- writing -----------------------------------------------------------------------------------


def write(revision: Revision, field: Field) -> list[str]:
    """Statements that turn `item`, the value of a field that is set, into JSON."""
    kind = scalar_kind(revision, field.type)
    key = literal(field.name)
    convert = "item = WRITERS[item.__class__](item)"
    if isinstance(field.type, ListOf):
        return [f"item = WRITERS.sequence({key}, item)"]
    if isinstance(field.type, MapOf):
        return [f"item = WRITERS.mapping({key}, item)"]
    there = ["if item is None:", f"    raise unset({key})"] if field.presence == "always" else []
    if kind is not None and kind != "number":
        return indented(f"if item.__class__ is not {PYTHON_SCALARS[kind]}:", [*there, convert])
    return [*there, convert]


def indented(head: str, body: list[str]) -> list[str]:
    return [head, *(f"    {line}" for line in body)]
