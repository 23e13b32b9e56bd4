"""The options that say where things are, the same for every command."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from ..output import PACKAGE

PACKAGED = Path(__file__).parents[1] / "spec"
"""The spec that an installed package brings: it is read, and never changed."""


def add_spec(options: ArgumentParser) -> None:
    options.add_argument("--spec", type=Path, default=spec_here(), help="the spec folder")


def add_out(options: ArgumentParser) -> None:
    options.add_argument(
        "--out", type=Path, default=Path("generated") / PACKAGE, help="the package's folder"
    )


def add_changes(options: ArgumentParser) -> None:
    options.add_argument(
        "--changes",
        type=Path,
        metavar="DIR",
        help="the folder of the changelogs (default: docs/changes, where the spec has docs beside)",
    )


def spec_here() -> Path:
    """The spec beside us, or the one that an installed package brings."""
    return PACKAGED if PACKAGED.is_dir() and not Path("spec").is_dir() else Path("spec")
