"""How the generator says no."""

from __future__ import annotations


class CodegenError(Exception):
    """Something the caller can mend. The command line prints it and exits with 2."""


class SpecError(CodegenError):
    """A spec file that is refused: which file, where in it (JSON pointer), and why."""

    def __init__(self, file: str, pointer: str, problem: str) -> None:
        super().__init__(file, pointer, problem)
        self.file = file
        self.pointer = pointer
        self.problem = problem

    def __str__(self) -> str:
        return printable(f"{self.file}#{self.pointer}: {self.problem}")


def printable(text: str) -> str:
    """A text with strings of a spec in it: none of them may steer a terminal."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
