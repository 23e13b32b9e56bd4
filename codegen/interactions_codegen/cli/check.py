"""`interactions-codegen check`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ..checking import findings
from ..transaction import settle
from .places import add_changes, add_out, add_spec

HELP = "compare the bindings, public names and changelogs with what the spec gives"


def add_options(options: ArgumentParser) -> None:
    add_spec(options)
    add_out(options)
    add_changes(options)


def run(options: Namespace) -> int:
    settle(options.spec, options.out)
    found = list(findings(options.spec, options.out, options.changes))
    if not found:
        print(f"{options.out} is what {options.spec} gives")
        return 0
    print("\n".join(found))
    print(f"{options.out} is not what {options.spec} gives: run `interactions-codegen generate`")
    return 1
