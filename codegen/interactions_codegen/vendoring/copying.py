"""The files of a copy: ours, under another name and with the revisions that are wanted.

All imports inside our packages are relative; one module of the runtime imports the bindings by
name, and `rename` is all that it takes to make that relative too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from .. import __version__
from ..errors import CodegenError
from ..naming import module_name
from ..output import PACKAGE as BINDINGS
from ..output import combined_hash
from ..render import make_environment, render_init
from .overloads import with_overloads
from .record import RECORD, Mode, Record, hash_of, record_text
from .sources import LICENCE, RUNTIME, Sources

INNER = "bindings"
"""The bindings' name inside a full copy. (The runtime has a `types` of its own.)"""
CLIENTS = ("client.py", "aio/client.py")


@frozen(kw_only=True)
class Plan:
    package: str
    revisions: tuple[str, ...]
    """Oldest first."""
    mode: Mode


def planned(sources: Sources, package: str, revisions: Sequence[str] | None, mode: Mode) -> Plan:
    """A plan for some of the revisions there are, or for all of them."""
    wanted = list(sources.revisions) if revisions is None else revisions
    for label in wanted:
        if label not in sources.revisions:
            known = ", ".join(sources.revisions)
            raise CodegenError(f"there is no revision {label!r}: choose among {known}")
    chosen = tuple(label for label in sources.revisions if label in wanted)
    if not chosen:
        raise CodegenError("a copy needs a revision at least")
    return Plan(package=package, revisions=chosen, mode=mode)


def copy_of(sources: Sources, plan: Plan) -> dict[str, bytes]:
    """Every file of the copy by its path inside it, its record included."""
    spec = combined_hash({label: sources.revisions[label] for label in plan.revisions})
    texts = {LICENCE: sources.licence}
    for name, text in texts_of(sources, plan, spec):
        texts[name] = renamed(text, plan) if name.endswith(".py") else text
    files = {name: texts[name].encode() for name in sorted(texts)}
    record = Record(
        version=__version__,
        package=plan.package,
        mode=plan.mode,
        revisions=plan.revisions,
        spec=spec,
        files={name: hash_of(content) for name, content in files.items()},
    )
    return {**files, RECORD: record_text(record).encode()}


def texts_of(sources: Sources, plan: Plan, spec: str) -> Iterator[tuple[str, str]]:
    bindings = bindings_of(sources, plan.revisions, spec)
    if plan.mode == "types-only":
        yield from bindings.items()
        return
    yield from ((f"{INNER}/{name}", text) for name, text in bindings.items())
    for name, text in sources.runtime.items():
        yield name, with_overloads(text, plan.revisions[:-1]) if name in CLIENTS else text


def bindings_of(sources: Sources, revisions: tuple[str, ...], spec: str) -> Mapping[str, str]:
    """What the generator would make of a spec with these revisions alone."""
    absent = tuple(f"{module_name(r)}/" for r in sources.revisions if r not in revisions)
    files = {name: text for name, text in sources.bindings.items() if not name.startswith(absent)}
    return {**files, "__init__.py": render_init(make_environment(), revisions, spec)}


def renamed(text: str, plan: Plan) -> str:
    """A module that imports nothing by our names, and speaks of itself by its own."""
    if plan.mode == "types-only":
        return re.sub(rf"\b{BINDINGS}\b", plan.package, text)
    text = re.sub(rf"\bfrom {BINDINGS}\b", f"from .{INNER}", text)
    text = re.sub(rf"\bimport {BINDINGS} as\b", f"from . import {INNER} as", text)
    text = re.sub(rf"\b{BINDINGS}\b", f"{plan.package}.{INNER}", text)
    return re.sub(rf"\b{RUNTIME}\b", plan.package, text)
