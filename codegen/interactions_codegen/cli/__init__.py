"""`interactions-codegen`: one module a command; this one chooses among them.

Exit codes: 0 done or no difference, 1 a check found differences, 2 refused (the message says
which file, where in it, and why).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .. import __version__
from ..errors import CodegenError
from . import bump, check, diff, export, generate, import_, vendor

COMMANDS = {
    "generate": generate,
    "check": check,
    "diff": diff,
    "import": import_,
    "export": export,
    "bump": bump,
    "vendor": vendor,
}
EPILOG = "exit codes: 0 done, 1 a check found differences, 2 refused or failed"


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
        prog="interactions-codegen",
        description="Bindings of the Interactions API from its spec.",
        epilog=EPILOG,
    )
    root.add_argument("--version", action="version", version=__version__)
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        options = commands.add_parser(
            name, help=command.HELP, description=command.HELP, epilog=EPILOG
        )
        command.add_options(options)
        options.set_defaults(run=command.run)
    return root
