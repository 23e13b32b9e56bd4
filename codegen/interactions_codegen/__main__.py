"""`python -m interactions_codegen`, and the command of that name.

The generator's libraries are an extra: without them the command says so.
"""

from __future__ import annotations

import sys


def main() -> int:
    try:
        from .cli import main as run
    except ModuleNotFoundError as error:
        print(
            f"interactions-codegen: {error.name} is not installed:"
            " pip install 'gemini-interactions[codegen]'",
            file=sys.stderr,
        )
        return 2
    return run()


if __name__ == "__main__":
    raise SystemExit(main())
