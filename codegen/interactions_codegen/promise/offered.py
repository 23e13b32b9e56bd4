"""What the bindings of a revision offer, read from their code: every name, and how it is used.

The code is read rather than the model, so that a change of a template counts like one of the spec.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache

from attrs import frozen

from ..naming import module_name
from ..render import SUPPORT

PACKAGE = "__init__"
INTERNAL = frozenset({"reading", "writing"})
# What instances of a revision's classes are made of beside what the revision itself says.
BASES = {"model": ("Model", "Unknown"), "routes": ("Backend", "Parameter", "Route")}


@frozen
class PublicNames:
    modules: Mapping[str, tuple[str, ...]]
    """What can be imported from where; `__init__` is the revision itself."""
    names: Mapping[str, str]
    """`Name` or `Name.member` → its kind, and its signature."""


def public_names(files: Mapping[str, str], label: str) -> PublicNames:
    """The public names of one revision among the files of the bindings."""
    modules: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    functions = methods_of(parsed(files[f"{SUPPORT}/binding.py"]), "Binding")
    for module, bases in BASES.items():
        tree = parsed(files[f"{SUPPORT}/{module}.py"])
        names |= {n: s for n, s in names_in(tree, functions) if n.partition(".")[0] in bases}
    prefix = f"{module_name(label)}/"
    for path in sorted(files):
        module = path.removeprefix(prefix).removesuffix(".py")
        if not path.startswith(prefix) or not path.endswith(".py") or module in INTERNAL:
            continue
        tree = ast.parse(files[path])
        found = dict(names_in(tree, functions))
        former = former_in(tree)
        listed = exported(tree) or [name for name in found if "." not in name]
        modules[module] = tuple(sorted({*listed, *former}))
        names |= {name: f"former {now}" for name, now in former.items() if now.find(".") < 0}
        names |= found
    return PublicNames(
        dict(sorted(modules.items())),
        dict(sorted(names.items())),
    )


@cache
def parsed(code: str) -> ast.Module:
    """The code that all revisions share."""
    return ast.parse(code)


def exported(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return []


def former_in(tree: ast.Module) -> dict[str, str]:
    """The table of a module's `__getattr__`."""
    for node in tree.body:
        if isinstance(node, ast.If):
            for part in node.orelse:
                if isinstance(part, ast.Assign) and isinstance(part.value, ast.Call):
                    names: dict[str, str] = ast.literal_eval(part.value.args[1])
                    return names
    return {}


def names_in(tree: ast.Module, functions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What a module defines, with the members of its classes."""
    keys: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from names_of_class(node, keys)
        elif isinstance(node, ast.AnnAssign):
            yield from names_of_constant(node)
        elif isinstance(node, ast.Assign):
            name, value = ast.unparse(node.targets[0]), node.value
            if isinstance(value, ast.Call) and ast.unparse(value.func) == "TypedDict":
                keys[name] = dict(keys_of(value))
            elif isinstance(value, ast.Attribute) and value.attr in functions:
                yield name, functions[value.attr]


def names_of_class(
    node: ast.ClassDef, keys: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    """A class and its members; `keys` are those that a TypedDict has from one without a class."""
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
    is_dict = bool(node.keywords)
    shown = [base for base in bases if base not in keys and base != "TypedDict"]
    yield node.name, " ".join(["dict" if is_dict else "class", *shown])
    for base in bases:
        yield from ((f"{node.name}.{key}", text) for key, text in keys.get(base, {}).items())
    for name, text in members_of(node, is_dict):
        if not name.startswith("_"):
            yield f"{node.name}.{name}", text


def members_of(node: ast.ClassDef, is_dict: bool) -> Iterator[tuple[str, str]]:
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            text = ast.unparse(part.annotation)
            if text.startswith("ClassVar["):
                yield part.target.id, f"tag {text[9:-1]}"
            else:
                kind = "key" if is_dict else "field"
                yield part.target.id, f"{kind} {text}{default_of(part.value)}"
        elif isinstance(part, ast.FunctionDef) and part.decorator_list:
            assert part.returns is not None
            yield part.name, f"property {ast.unparse(part.returns)}"
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and decorator.args:
            renamed: dict[str, str] = ast.literal_eval(decorator.args[0])
            yield from ((old, f"former {new}") for old, new in renamed.items())


def default_of(value: ast.expr | None) -> str:
    """How a field goes on when it has a default."""
    if isinstance(value, ast.Call):
        value = next((word.value for word in value.keywords if word.arg == "default"), None)
    return "" if value is None else f" = {ast.unparse(value)}"


def names_of_constant(node: ast.AnnAssign) -> Iterator[tuple[str, str]]:
    name, value = ast.unparse(node.target), node.value
    assert value is not None
    if ast.unparse(node.annotation) == "TypeAlias":
        yield name, f"alias {ast.unparse(value)}"
    elif isinstance(value, ast.Call) and ast.unparse(value.func) == "Route":
        words = {word.arg: word.value for word in value.keywords}
        yield name, f"route {ast.literal_eval(words['operation'])}"
        yield from query_of(name, words.get("query"))
    else:
        yield name, "constant"


def query_of(route: str, parameters: ast.expr | None) -> Iterator[tuple[str, str]]:
    for parameter in parameters.elts if isinstance(parameters, ast.Tuple) else ():
        if isinstance(parameter, ast.Call):
            name, kind = (ast.literal_eval(word.value) for word in parameter.keywords)
            yield f"{route}.{name}", f"query {kind}"


def keys_of(value: ast.Call) -> Iterator[tuple[str, str]]:
    table = value.args[1]
    assert isinstance(table, ast.Dict)
    for key, annotation in zip(table.keys, table.values, strict=True):
        if key is not None:
            yield ast.literal_eval(key), f"key {ast.literal_eval(annotation)}"


def methods_of(tree: ast.Module, owner: str) -> dict[str, str]:
    """The methods of a class as functions: the last of each name, which is what overloads show."""
    (node,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == owner)
    found: dict[str, str] = {}
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.returns is not None:
            parameters = ast.unparse(part.args).removeprefix("self").removeprefix(", ")
            found[part.name] = f"function ({parameters}) -> {ast.unparse(part.returns)}"
    return found
