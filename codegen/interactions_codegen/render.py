"""Model → files: what each template is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from graphlib import TopologicalSorter
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import __version__, expressions, layout
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

PACKAGE = __name__.rpartition(".")[0]
SUPPORT = "_support"
READING_SUPPORT = (
    *("Misfit", "UNFIT", "absorbed", "array", "is_array", "is_object", "is_scalar", "leftover"),
    *("mapping", "misfit", "new", "read_choices", "read_list", "read_map", "read_scalar_map"),
    *("read_scalars", "required", "scalar", "tag_of", "unfit", "wrong_tag"),
)

# Where imports go once the rest of a module is known: the first such line, before any text of a
# spec.
IMPORTS = "# imports"
OWN_IMPORTS = "# own imports"


def render_package(revisions: list[Revision], spec_hash: str) -> dict[str, str]:
    """All files of the bindings by their path inside the package."""
    environment = make_environment()
    files = {
        "__init__.py": environment.get_template("package.jinja").render(
            origin=f"spec (sha256 {spec_hash[:16]})", revisions=revisions, latest=revisions[-1]
        ),
        "py.typed": "",
        **dict(support_files()),
    }
    for revision in revisions:
        for name, text in RevisionRenderer(environment, revision).files():
            files[f"{module_name(revision.label)}/{name}"] = text
    return files


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
            field_text=field_text,
            answer_arguments=answer_arguments,
            union_arms=union_arms,
            alias_arms=alias_arms,
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
        return media | {name for name in mentioned if re.search(rf"\b{name}\b", code)}

    def family_imports(self, own: list[Definition]) -> str:
        objects = [d for d in own if isinstance(d, ObjectType)]
        unions = [d for d in own if isinstance(d, UnionType)]
        code = " ".join(
            [attribute(d, f) for d in objects for f in d.fields]
            + ["ClassVar Literal" for d in objects if single_tag(d)]
            + ["ClassVar Literal TypeAlias" for _ in unions]
            + ["Final Literal TypeAlias" for d in own if isinstance(d, EnumType)]
            + [f"TypeAlias {' '.join(alias_arms(d))}" for d in own if isinstance(d, AliasType)]
        )
        support = ["Model"] * bool(objects) + ["Unknown"] * bool(unions)
        elsewhere = self.written(own) - {d.name for d in own}
        return layout.blocks(
            [
                layout.lines(
                    [
                        imported("collections.abc", ["Sequence"], code),
                        imported(
                            "typing", ["Any", "ClassVar", "Final", "Literal", "TypeAlias"], code
                        ),
                    ]
                ),
                imported("attrs", ["define", "field("], f"define {code}") if objects else "",
                layout.lines(
                    [
                        f"from ..{SUPPORT} import answer" if any(map(media_of, own)) else "",
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
            keys_constant=keys_constant,
            readers_of=readers_of,
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
        reachable = sent(self.revision)
        own = [self.revision.definitions[name] for name in reachable]
        objects = [d for d in own if isinstance(d, ObjectType)]
        unions = [d for d in own if isinstance(d, UnionType)]
        aliases = [d for d in self.aliases if d.name in reachable]
        body = self.render(
            "params",
            exported=sorted(
                [f"{d.name}Param" for d in own if not isinstance(d, EnumType)]
                + [f"{name}Fields" for name in self.switched()]
            ),
            objects=objects,
            unions=unions,
            aliases=aliases,
            param_fields=partial(param_fields, self.revision),
            unspeakable_keys=partial(unspeakable_keys, self.revision),
            switched=self.switched(),
            param_union=partial(param_union, self.revision),
            param_arms=partial(param_arms, self.revision),
        )
        names = {name for name in reachable if re.search(rf"\b{name}\b", uncommented(body))}
        typing = imported("typing", ["Any", "Literal", "TypeAlias", "TypedDict"], body)
        collections = imported("collections.abc", ["Mapping", "Sequence"], uncommented(body))
        imports = layout.lines(["import sys", collections, typing])
        return body.replace(IMPORTS, imports, 1).replace(OWN_IMPORTS, self.imports_of(names), 1)

    def switched(self) -> set[str]:
        """Request bodies in which `stream` chooses what comes back: calls give it by itself."""
        bodies = {o.body for o in self.revision.operations if o.stream_switch == "body"}
        found = set(filter(None, bodies))
        for name in tuple(found):
            found |= set(names_of(self.revision.definitions[name]))
        return {name for name in found if isinstance(self.revision.definitions[name], ObjectType)}

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
        )


def ordered_aliases(revision: Revision) -> list[AliasType]:
    """Aliases of choices, each after those it refers to."""
    aliases = {d.name: d for d in revision.definitions.values() if isinstance(d, AliasType)}
    graph = {name: [n for n in names_in(d.type) if n in aliases] for name, d in aliases.items()}
    return [aliases[name] for name in TopologicalSorter(graph).static_order()]


def exports(definitions: Iterable[Definition]) -> Iterator[str]:
    """The public names that definitions give rise to."""
    for definition in definitions:
        yield definition.name
        if isinstance(definition, EnumType):
            yield f"{constant_name(definition.name)}_VALUES"
        if isinstance(definition, UnionType):
            yield f"Unknown{definition.name}"
            yield from (reading.name for reading in definition.readings)


def imported(module: str, names: list[str], code: str) -> str:
    """An import of those names that occur in some code."""
    used = [name.rstrip("(") for name in names if re.search(rf"\b{re.escape(name)}", code)]
    return layout.import_from(module, used) if used else ""


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
    tag = definition.tag
    values = tag.values if tag is not None and tag.wire == field.wire else ()
    value = expressions.default(field) if not values else None
    if field.secret:
        value = f"field({'' if value is None else f'default={value}, '}repr=False)"
    text = f"{field.name}: {expressions.field_annotation(field, values)}"
    return text if value is None else f"{text} = {value}"


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


def untagged_condition(union: UnionType, reading: Reading) -> str:
    allowed = {*reading.requires, *reading.allows}
    keys = ", ".join(sorted(map(expressions.literal, allowed)))
    if allowed == set(reading.requires):
        return f"data.keys() == {{{keys}}}"
    required = ", ".join(map(expressions.literal, reading.requires))
    return f"{{{required}}} <= data.keys() <= {{{keys}}}"


def sent(revision: Revision) -> list[str]:
    """The types a request body can reach, in the spec's order; read-only fields lead nowhere."""
    reached: set[str] = set()
    pending = [operation.body for operation in revision.operations if operation.body is not None]
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        definition = revision.definitions[name]
        if isinstance(definition, ObjectType):
            fields = [f for f in definition.fields if not f.read_only]
            pending += [target for field in fields for target in names_in(field.type)]
        else:
            pending += names_of(definition)
    return [name for name in revision.definitions if name in reached]


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
    for field in definition.fields:
        if field.read_only or field.wire == without or not can_name_attribute(field.wire):
            continue
        text = param_annotation(revision, field)
        if without is not None and field.presence == "optional" and text != "Any":
            text = f"{text} | None"
        found.append(f"{field.wire}: {text}")
        if field.description:
            found.append(layout.docstring(field_text(field), 4))
    return found


def unspeakable_keys(revision: Revision, definition: ObjectType) -> list[tuple[str, str]]:
    """Keys that cannot stand in the body of a class, and their annotations."""
    return [
        (field.wire, param_annotation(revision, field))
        for field in definition.fields
        if not field.read_only and not can_name_attribute(field.wire)
    ]


def param_annotation(revision: Revision, field: Field) -> str:
    text = expressions.param_annotation(revision, field.type)
    return text if field.presence == "optional" else f"Required[{text}]"


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
