"""What there is to copy: our own packages, read as files from beside this one, never imported."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from attrs import frozen

from .. import __version__
from ..errors import CodegenError
from ..output import MANIFEST
from ..output import PACKAGE as BINDINGS

RUNTIME = "gemini_interactions"
DISTRIBUTION = "gemini-interactions"
LICENCE = "LICENSE"

BESIDE = Path(__file__).resolve().parents[2]
"""The folder of this package: that of an installation, or `codegen` of a checkout."""
CHECKOUT = BESIDE.parent
HOMES = {RUNTIME: "runtime", BINDINGS: "generated"}
"""Where a checkout keeps the packages that an installation has side by side."""


@frozen(kw_only=True)
class Sources:
    """The files of our packages by their paths inside them."""

    runtime: dict[str, str]
    bindings: dict[str, str]
    revisions: dict[str, str]
    """Label → hash of its spec, oldest first."""
    licence: str


def read_sources() -> Sources:
    runtime, bindings = files_of(RUNTIME), files_of(BINDINGS)
    manifest = json.loads((folder_of(BINDINGS) / MANIFEST).read_bytes())
    check_version(RUNTIME, version_in(runtime["__init__.py"]))
    check_version(BINDINGS, manifest["generator"])
    return Sources(
        runtime=runtime,
        bindings=bindings,
        revisions=manifest["revisions"],
        licence=licence(),
    )


def folder_of(package: str) -> Path:
    for folder in (CHECKOUT / HOMES[package] / package, BESIDE / package):
        if (folder / "__init__.py").is_file():
            return folder
    raise CodegenError(f"{package} is not beside the generator in {BESIDE}: install both anew")


def files_of(package: str) -> dict[str, str]:
    """Its files by their paths inside; its manifest and what Python caches are not of it."""
    folder = folder_of(package)
    names = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {
        name.as_posix(): (folder / name).read_bytes().decode()
        for name in sorted(names)
        if name.name != MANIFEST
        and not any(part.startswith((".", "__pycache__")) for part in name.parts)
    }


def version_in(module: str) -> str:
    found = re.search(r'^__version__(?:: \w+)? = "([^"]+)"$', module, re.MULTILINE)
    return found[1] if found else "unknown"


def check_version(package: str, version: str) -> None:
    if version != __version__:
        raise CodegenError(
            f"{package} is of version {version} and the generator of {__version__}:"
            " install both anew, or run `interactions-codegen generate`"
        )


def licence() -> str:
    if is_checkout():
        return (CHECKOUT / LICENCE).read_text("utf-8")
    try:
        text = distribution(DISTRIBUTION).read_text(f"licenses/{LICENCE}")
    except PackageNotFoundError:
        text = None
    if text is None:
        raise CodegenError(f"the licence of {DISTRIBUTION} is not installed: install it anew")
    return text


def is_checkout() -> bool:
    return all((CHECKOUT / home / package).is_dir() for package, home in HOMES.items())


def is_ours(folder: Path) -> bool:
    """Whether a folder lies where our own sources do; in a checkout only hidden folders do not."""
    if is_checkout() and folder.is_relative_to(CHECKOUT):
        top = folder.relative_to(CHECKOUT).parts[:1]
        return not top or not top[0].startswith(".") or top == (".git",)
    ours = (BESIDE / name for name in (RUNTIME, BINDINGS, Path(__file__).parents[1].name))
    return any(folder.is_relative_to(place) for place in ours)
