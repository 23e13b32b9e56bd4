"""`interactions-codegen`: generate the bindings, or check that they are what the spec gives.

Exit codes: 0 done or no difference, 1 `check` found differences, 2 refused (the message says
which file, where in it, and why).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .errors import CodegenError
from .output import PACKAGE, differences, generate, write

EPILOG = "exit codes: 0 done, 1 check found differences, 2 refused or failed"


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        run: int = options.run(options)
        return run
    except CodegenError as error:
        print(f"interactions-codegen: {error}", file=sys.stderr)
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        print(f"interactions-codegen: {where}{error.strerror or error}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="interactions-codegen", description="Bindings from the spec.", epilog=EPILOG
    )
    root.add_argument("--version", action="version", version=__version__)
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("generate", run_generate, "write the bindings of all revisions"),
        ("check", run_check, "compare the bindings with what the spec gives"),
    ):
        command = commands.add_parser(name, help=text, description=text, epilog=EPILOG)
        command.add_argument("--spec", type=Path, default=spec_here(), help="the spec folder")
        command.add_argument(
            "--out", type=Path, default=Path("generated") / PACKAGE, help="the package's folder"
        )
        command.set_defaults(run=run)
    return root


def spec_here() -> Path:
    """The spec beside us, or the one that an installed package brings."""
    packaged = Path(__file__).parent / "spec"
    return packaged if packaged.is_dir() and not Path("spec").is_dir() else Path("spec")


def run_generate(options: argparse.Namespace) -> int:
    start = time.perf_counter()
    files = generate(options.spec)
    write(files, options.out)
    seconds = time.perf_counter() - start
    print(f"{len(files)} files in {options.out} ({seconds:.2f} s)")
    return 0


def run_check(options: argparse.Namespace) -> int:
    found = list(differences(generate(options.spec), options.out))
    if not found:
        print(f"{options.out} is what {options.spec} gives")
        return 0
    print("\n".join(found))
    print(f"{options.out} is not what {options.spec} gives: run `interactions-codegen generate`")
    return 1
