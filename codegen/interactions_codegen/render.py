"""Model → files: what each template is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from graphlib import TopologicalSorter
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import __version__, expressions, layout
from .exports import exports, param_exports, switched
from .former import PARAMS, REVISION_PACKAGE, FormerName, former_names
from .model import (
    AliasType,
    Answer,
    Anything,
    Choice,
    Definition,
    EnumType,
    Field,
    ObjectType,
    Operation,
    Reading,
    Revision,
    Type,
    UnionType,
    names_in,
    names_of,
)
from .naming import can_name_attribute, constant_name, module_name, snake_case
from .reach import sent

PACKAGE = __name__.rpartition(".")[0]
SUPPORT = "_support"
READING_SUPPORT = (
    *("Misfit", "UNFIT", "absorbed", "array", "is_array", "is_object", "is_scalar", "leftover"),
    *("mapping", "misfit", "new", "read_choices", "read_list", "read_map", "read_scalar_map"),
    *("read_scalars", "required", "scalar", "tag_of", "tagged", "unfit"),
)

# Where imports go once the rest of a module is known: the first such line, before any text of a
# spec.
IMPORTS = "# imports"
OWN_IMPORTS = "# own imports"


def render_package(revisions: list[Revision], spec_hash: str) -> dict[str, str]:
    """All files of the bindings by their path inside the package."""
    environment = make_environment()
    labels = [revision.label for revision in revisions]
    files = {
        "__init__.py": render_init(environment, labels, spec_hash),
        "py.typed": "",
        **dict(support_files()),
    }
    for revision in revisions:
        for name, text in RevisionRenderer(environment, revision).files():
            files[f"{module_name(revision.label)}/{name}"] = text
    return files


def render_init(environment: Environment, labels: Sequence[str], spec_hash: str) -> str:
    """The module through which the bindings of these revisions, oldest first, are found."""
    return environment.get_template("package.jinja").render(
        origin=f"spec (sha256 {spec_hash[:16]})", labels=labels, latest=labels[-1]
    )


def support_files() -> Iterator[tuple[str, str]]:
    header = f"# Copied by interactions-codegen {__version__}: the same for every revision.\n"
    folder = resources.files(PACKAGE) / "support"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            yield f"{SUPPORT}/{file.name}", f"{header}\n{file.read_text('utf-8')}"


def make_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(PACKAGE, "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # Python, not HTML: whatever comes from a spec goes through `literal`
    )
    helpers: dict[str, Any] = {
        "version": __version__,
        "docstring": layout.docstring,
        "alias": layout.alias,
        "signature": layout.signature,
        "literal": expressions.literal,
        "reader": expressions.reader,
        "writer": expressions.writer,
        "readers_table": expressions.readers_table,
        "choice_reader": expressions.choice_reader,
        "constant": constant_name,
        "module_name": module_name,
        "single_tag": single_tag,
        "declarations": declarations,
    }
    environment.globals.update(helpers)
    return environment


class RevisionRenderer:
    """Renders one revision; holds what its templates ask about types."""

    def __init__(self, environment: Environment, revision: Revision) -> None:
        self.environment = environment
        self.revision = revision
        self.objects = list(revision.objects())
        self.unions = list(revision.unions())
        self.aliases = ordered_aliases(revision)
        self.former = list(former_names(revision))

    def files(self) -> Iterator[tuple[str, str]]:
        for family, description in self.revision.families:
            yield f"{family}.py", self.family(family, description)
        yield "reading.py", self.reading()
        yield "writing.py", self.writing()
        yield "params.py", self.params()
        yield "routes.py", self.routes()
        yield "converter.py", self.render("converter", revision=self.revision)
        yield "__init__.py", self.package()

    def render(self, template: str, **context: Any) -> str:
        origin = f"spec/{self.revision.label} (sha256 {self.revision.spec_hash[:16]})"
        text = self.environment.get_template(f"{template}.jinja").render(origin=origin, **context)
        return re.sub(r"\n{4,}", "\n\n\n", text.rstrip("\n") + "\n")

    def imports_of(self, names: Iterable[str]) -> str:
        """Imports of classes, their unknown variants and their readings from the families."""
        by_family: dict[str, list[str]] = {}
        for name in names:
            by_family.setdefault(self.family_of(name), []).append(name)
        return layout.lines(
            layout.import_from(f".{family}", by_family[family]) for family in sorted(by_family)
        )

    def family_of(self, name: str) -> str:
        if name in self.revision.definitions:
            return self.revision.definitions[name].family
        return next(union.family for union in self.unions if name in exports([union]))

    def former_of(self, module: str) -> list[FormerName]:
        return [name for name in self.former if name.module == module]

    # --- family modules ------------------------------------------------------------------------

    def family(self, family: str, description: str) -> str:
        own = list(self.revision.of_family(family))
        return self.render(
            "family",
            description=description,
            imports=self.family_imports(own),
            exported=sorted(exports(own)),
            enums=[d for d in own if isinstance(d, EnumType)],
            objects=[d for d in own if isinstance(d, ObjectType)],
            unions=[d for d in own if isinstance(d, UnionType)],
            aliases=[d for d in self.aliases if d.family == family],
            enum_arms=enum_arms,
            values_constant=values_constant,
            attribute=attribute,
            former_attributes=former_attributes,
            constructor=constructor,
            former_table=former_table,
            field_text=field_text,
            answer_arguments=answer_arguments,
            union_arms=union_arms,
            alias_arms=alias_arms,
            former=self.former_of(family),
        )

    def written(self, own: list[Definition]) -> set[str]:
        """The types that a family's code names; `Any` swallows some that its schemas name."""
        code = " ".join(
            [attribute(d, f) for d in own if isinstance(d, ObjectType) for f in d.fields]
            + [arm for d in own if isinstance(d, UnionType) for arm in union_arms(d)]
            + [arm for d in own if isinstance(d, AliasType) for arm in alias_arms(d)]
        )
        mentioned = {name for d in own for name in names_of(d)}
        media = {kind for d in own for kind in media_of(d)}
        return media | (mentioned & words_of(code))

    def family_imports(self, own: list[Definition]) -> str:
        objects = [d for d in own if isinstance(d, ObjectType)]
        unions = [d for d in own if isinstance(d, UnionType)]
        former, renamed = self.former_of(own[0].family), any(map(former_attributes, objects))
        code = " ".join(
            [attribute(d, f) for d in objects for f in d.fields]
            + ["TYPE_CHECKING Mapping Any" for d in objects if former_attributes(d)]
            + ["define" for d in objects if not former_attributes(d)]
            + [f"TYPE_CHECKING {declarations(former)}" if former else ""]
            + ["ClassVar Literal" for d in objects if single_tag(d)]
            + ["ClassVar Literal TypeAlias" for _ in unions]
            + ["Final Literal TypeAlias" for d in own if isinstance(d, EnumType)]
            + [f"TypeAlias {' '.join(alias_arms(d))}" for d in own if isinstance(d, AliasType)]
        )
        support = ["Model"] * bool(objects) + ["Unknown"] * bool(unions)
        renaming = f"from ..{SUPPORT}.former import define_renamed" if renamed else ""
        elsewhere = self.written(own) - {d.name for d in own}
        return layout.blocks(
            [
                layout.lines(
                    [
                        imported("collections.abc", ["Mapping", "Sequence"], code),
                        imported(
                            "typing",
                            ["TYPE_CHECKING", "Any", "ClassVar", "Final", "Literal", "TypeAlias"],
                            code,
                        ),
                    ]
                ),
                imported("attrs", ["field("], code),
                layout.lines(
                    [
                        f"from ..{SUPPORT} import answer" if any(map(media_of, own)) else "",
                        renaming,
                        imported(f"..{SUPPORT}.late", ["define"], code),
                        layout.import_from(f"..{SUPPORT}.model", support) if support else "",
                        self.imports_of(elsewhere),
                    ]
                ),
            ]
        )

    # --- reading and writing -------------------------------------------------------------------

    def reading(self) -> str:
        revision = self.revision
        body = self.render(
            "reading",
            definitions=revision.definitions,
            objects=self.objects,
            unions=self.unions,
            aliases=self.aliases,
            check=partial(expressions.check, revision),
            read=partial(expressions.read_field, revision),
            choice_of=expressions.choice_of,
            decisions=partial(expressions.decisions, revision),
            has_anything=has_anything,
            has_scalars=partial(expressions.has_scalars, revision),
            expected=partial(expressions.expected, revision),
            insisted_on=partial(expressions.insisted_on, revision),
            keys_constant=keys_constant,
            readers_of=readers_of,
            readable=readable,
            table_entry=table_entry,
            untagged_condition=untagged_condition,
        )
        code = uncommented(body)
        support = [
            name for name in READING_SUPPORT if re.search(rf"\b{name}\b(?=[(:\])]| as)", code)
        ]
        names = exports([*self.objects, *self.unions, *self.aliases])
        return body.replace(
            IMPORTS,
            layout.lines(
                [
                    layout.import_from(f"..{SUPPORT}.model", ["EMPTY"]),
                    layout.import_from(f"..{SUPPORT}.reading", support),
                    self.imports_of(names),
                ]
            ),
            1,
        )

    def writing(self) -> str:
        classes = [d.name for d in self.objects] + [r.name for u in self.unions for r in u.readings]
        unknowns = [f"Unknown{union.name}" for union in self.unions]
        return self.render(
            "writing",
            imports=self.imports_of([*classes, *unknowns]),
            definitions=self.revision.definitions,
            objects=self.objects,
            unions=self.unions,
            class_names=classes,
            unknown_names=unknowns,
            insists=any(f.presence == "always" for d in self.objects for f in d.fields),
            write=partial(expressions.write, self.revision),
        )

    # --- params, routes, package ---------------------------------------------------------------

    def params(self) -> str:
        reachable, former = sent(self.revision), self.former_of(PARAMS)
        own = [self.revision.definitions[name] for name in reachable]
        objects = [d for d in own if isinstance(d, ObjectType)]
        unions = [d for d in own if isinstance(d, UnionType)]
        aliases = [d for d in self.aliases if d.name in reachable]
        body = self.render(
            "params",
            exported=sorted(param_exports(self.revision)),
            objects=objects,
            unions=unions,
            aliases=aliases,
            param_fields=partial(param_fields, self.revision),
            unspeakable_keys=partial(unspeakable_keys, self.revision),
            switched=switched(self.revision),
            param_union=partial(param_union, self.revision),
            param_arms=partial(param_arms, self.revision),
            former=former,
        )
        code = uncommented(body)
        names = words_of(code).intersection(reachable)
        typing_names = ["Any", "Literal", "TypeAlias", "TypedDict"]
        typing = imported("typing", ["TYPE_CHECKING"] * bool(former) + typing_names, body)
        collections = imported("collections.abc", ["Mapping", "Sequence"], code)
        imports = layout.lines(["import sys", collections, typing])
        return body.replace(IMPORTS, imports, 1).replace(OWN_IMPORTS, self.imports_of(names), 1)

    def routes(self) -> str:
        operations = self.revision.operations
        named = {n for o in operations for n in (o.body, o.response, o.stream) if n is not None}
        return self.render(
            "routes",
            imports=self.imports_of(named),
            backends=self.revision.backends,
            operations=operations,
            route_name=route_name,
        )

    def package(self) -> str:
        former = self.former_of(REVISION_PACKAGE)
        families = [
            (family, list(exports(self.revision.of_family(family))))
            for family, _ in self.revision.families
        ]
        converter = ["HEADER", "REVISION", "make_converter", "register", "structure", "unstructure"]
        routes = ["BACKENDS", "ROUTES"]
        modules = sorted([*families, ("converter", converter), ("routes", routes)])
        exported = sorted((n for _, names in modules for n in names), key=layout.import_order)
        return self.render(
            "revision",
            revision=self.revision,
            imports=layout.lines(layout.import_from(f".{m}", names) for m, names in modules),
            exported=exported,
            former=former,
            typing=imported(
                "typing",
                ["TYPE_CHECKING", "Final", "TypeAlias"],
                f"TYPE_CHECKING {declarations(former)}" if former else "",
            ),
        )


def ordered_aliases(revision: Revision) -> list[AliasType]:
    """Aliases of choices, each after those it refers to."""
    aliases = {d.name: d for d in revision.definitions.values() if isinstance(d, AliasType)}
    graph = {name: [n for n in names_in(d.type) if n in aliases] for name, d in aliases.items()}
    return [aliases[name] for name in TopologicalSorter(graph).static_order()]


def imported(module: str, names: list[str], code: str) -> str:
    """An import of those names that occur in some code."""
    used = [name.rstrip("(") for name in names if re.search(rf"\b{re.escape(name)}", code)]
    return layout.import_from(module, used) if used else ""


def words_of(code: str) -> set[str]:
    return set(re.findall(r"\w+", code))


def uncommented(code: str) -> str:
    return re.sub(r'""".*?"""', "", code, flags=re.DOTALL)


def single_tag(definition: ObjectType) -> bool:
    return definition.tag is not None and len(definition.tag.values) == 1


def has_anything(choice: Choice) -> bool:
    return any(isinstance(arm, Anything) for arm in choice.arms)


def enum_arms(definition: EnumType) -> list[str]:
    return [layout.bracketed("Literal[", map(expressions.literal, definition.values), "]"), "str"]


def values_constant(definition: EnumType) -> str:
    values = [expressions.literal(value) for value in definition.values]
    closing = ",)" if len(values) == 1 else ")"
    opening = f"{constant_name(definition.name)}_VALUES: Final = ("
    return layout.bracketed(opening, values, closing).replace(",\n,)", ",\n)")


def attribute(definition: ObjectType, field: Field) -> str:
    value = default_of(definition, field)
    if field.secret:
        value = f"field({'' if value is None else f'default={value}, '}repr=False)"
    text = f"{field.name}: {annotation_of(definition, field)}"
    return text if value is None else f"{text} = {value}"


def tag_values(definition: ObjectType, field: Field) -> tuple[str, ...]:
    tag = definition.tag
    return tag.values if tag is not None and tag.wire == field.wire else ()


def annotation_of(definition: ObjectType, field: Field) -> str:
    return expressions.field_annotation(field, tag_values(definition, field))


def default_of(definition: ObjectType, field: Field) -> str | None:
    return None if tag_values(definition, field) else expressions.default(field)


def former_attributes(definition: ObjectType) -> list[tuple[str, str, str]]:
    """Former names of fields: each with what it is called now, and its annotation."""
    fields = {field.name: field for field in definition.fields}
    return [
        (former.name, former.now, annotation_of(definition, fields[former.now]))
        for former in definition.former
        if former.name is not None
    ]


def former_table(definition: ObjectType) -> str:
    literal = expressions.literal
    names = [f"{literal(old)}: {literal(now)}" for old, now, _ in former_attributes(definition)]
    return layout.bracketed("{", names, "}")


def constructor(definition: ObjectType) -> list[str]:
    """The parameters of a constructor that takes former names too: either is enough."""
    renamed = {now for _, now, _ in former_attributes(definition)}
    parameters: list[str] = []
    for field in definition.fields:
        required = default_of(definition, field) is None and field.name not in renamed
        text = f"{field.name}: {annotation_of(definition, field)}"
        parameters.append(text if required else f"{text} = ...")
    former = [f"{old}: {text} = ..." for old, _, text in former_attributes(definition)]
    return [*parameters, *former, "extra_fields: Mapping[str, Any] = ..."]


def declarations(former: list[FormerName]) -> str:
    """What type checkers are told of former names. A type that is called as before has moved."""
    imports: list[str] = []
    names: list[str] = []
    for name in former:
        family, _, now = name.now.rpartition(".")
        if family:
            imports.append(f"from .{family} import {now}" + f" as {now}" * (now == name.name))
        if now != name.name:
            form = "Final" if name.name.endswith("_VALUES") else "TypeAlias"
            names += [f"{name.name}: {form} = {now}", f'"""Former name of {now}."""']
    return layout.blocks([layout.lines(imports), layout.lines(names)])


def field_text(field: Field) -> str:
    return f"{field.description} Deprecated." if field.deprecated else field.description


def media_of(definition: Definition) -> list[str]:
    """The content types that an object's `output_*` properties return."""
    answer = definition.answer if isinstance(definition, ObjectType) else None
    return [kind for _, kind in answer.media] if answer is not None else []


def answer_arguments(answer: Answer) -> str:
    container = "None" if answer.container is None else expressions.literal(answer.container)
    return f"self.{answer.field}, {container}, {expressions.literal(answer.passed_over)}"


def union_arms(definition: UnionType) -> list[str]:
    return [*dict.fromkeys(definition.members.values()), f"Unknown{definition.name}"]


def alias_arms(definition: AliasType) -> list[str]:
    return arms_of(definition.type)


def arms_of(type_: Type) -> list[str]:
    arms = type_.arms if isinstance(type_, Choice) else (type_,)
    return expressions.distinct(expressions.annotation(arm) for arm in arms)


def keys_constant(definition: ObjectType) -> str:
    tag = [definition.tag.wire] if definition.tag is not None and single_tag(definition) else []
    keys = [expressions.literal(wire) for wire in [*tag, *(f.wire for f in definition.fields)]]
    name = f"{constant_name(definition.name)}_KEYS"
    if not keys:
        return f"{name}: frozenset[str] = frozenset()"
    line = f"{name} = frozenset({{{', '.join(keys)}}})"
    if len(line) <= layout.WIDTH:
        return line
    return "\n".join([f"{name} = frozenset(", *braced(keys), ")"])


def braced(keys: list[str]) -> list[str]:
    line = f"    {{{', '.join(keys)}}}"
    if len(line) <= layout.WIDTH:
        return [line]
    return ["    {", *(f"        {key}," for key in keys), "    }"]


def readers_of(union: UnionType) -> list[tuple[str, str]]:
    members = [(tag, expressions.reader(name)) for tag, name in union.members.items()]
    renamed = [(r.tag, expressions.reader(r.name)) for r in union.readings if r.tag is not None]
    return members + renamed


def readable(
    objects: list[ObjectType], unions: list[UnionType]
) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Every type a payload can be read as, with the key and value by which unions know it."""
    for definition in objects:
        tag = definition.tag if single_tag(definition) else None
        yield definition.name, (tag.wire, tag.values[0]) if tag else None
    for union in unions:
        for reading in union.readings:
            yield reading.name, (union.tag, reading.tag) if reading.tag else None
        yield union.name, None


def table_entry(name: str, tag: tuple[str, str] | None) -> str:
    reader = expressions.reader(name)
    if tag is None:
        return f"{name}: {reader}"
    return layout.call(f"{name}: tagged", [reader, *map(expressions.literal, tag)], indent=4)


def untagged_condition(union: UnionType, reading: Reading) -> str:
    allowed = {*reading.requires, *reading.allows}
    keys = ", ".join(sorted(map(expressions.literal, allowed)))
    if allowed == set(reading.requires):
        return f"data.keys() == {{{keys}}}"
    required = ", ".join(map(expressions.literal, reading.requires))
    return f"{{{required}}} <= data.keys() <= {{{keys}}}"


def param_fields(
    revision: Revision, definition: ObjectType, without: str | None = None
) -> list[str]:
    """One line a key, and its description below it.

    Without `stream` these are the arguments of a call, which may be `None`: that means absent.
    """
    found: list[str] = []
    tag = definition.tag
    if tag is not None and single_tag(definition):
        found.append(f"{tag.wire}: Required[Literal[{expressions.literals(tag.values)}]]")
    for wire, field in param_keys(definition):
        if field.wire == without or not can_name_attribute(wire):
            continue
        text = param_annotation(revision, definition, field)
        if without is not None and field.presence == "optional" and text != "Any":
            text = f"{text} | None"
        found.append(f"{wire}: {text}")
        if wire != field.wire:
            found.append(layout.docstring(f"Former name of {field.wire}.", 4))
        elif field.description:
            found.append(layout.docstring(field_text(field), 4))
    return found


def unspeakable_keys(revision: Revision, definition: ObjectType) -> list[tuple[str, str]]:
    """Keys that cannot stand in the body of a class, and their annotations."""
    return [
        (wire, param_annotation(revision, definition, field))
        for wire, field in param_keys(definition)
        if not can_name_attribute(wire)
    ]


def param_keys(definition: ObjectType) -> list[tuple[str, Field]]:
    """What a caller may call each field: by its name on the wire, or by one that it once had."""
    fields = {field.name: field for field in definition.fields if not field.read_only}
    former = [(f.wire, fields[f.now]) for f in definition.former if f.now in fields]
    return [
        *((field.wire, field) for field in fields.values()),
        *((wire, field) for wire, field in former if wire is not None),
    ]


def param_annotation(revision: Revision, definition: ObjectType, field: Field) -> str:
    text = expressions.param_annotation(revision, field.type)
    renamed = any(former.now == field.name and former.wire for former in definition.former)
    return text if field.presence == "optional" or renamed else f"Required[{text}]"


def param_union(revision: Revision, definition: UnionType) -> list[str]:
    members = dict.fromkeys(definition.members.values())
    arms = [definition.name, *(f"{name}Param" for name in members)]
    return [*arms, "Mapping[str, Any]"] if definition.free else arms


def param_arms(revision: Revision, definition: AliasType) -> list[str]:
    type_ = definition.type
    arms = type_.arms if isinstance(type_, Choice) else (type_,)
    return expressions.distinct(expressions.param_annotation(revision, arm) for arm in arms)


def route_name(operation: Operation) -> str:
    return snake_case(operation.name.replace(".", "_")).upper()
