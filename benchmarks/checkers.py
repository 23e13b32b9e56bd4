"""What type checkers find: planted errors that they should, and errors where there are none.

python -m benchmarks.checkers [--json]
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from .harness import taking
from .harness.command import main
from .harness.peers import python_of
from .harness.processes import environ
from .harness.row import Contender, Figures, Goal, Measure, Operation, Row, at_least, at_most

PLANTED = "# planted"
PROGRAM = f"""
{{library}}


def right(client: genai.Client{{parameter}}) -> str:
    create = client.interactions.create
    interaction = create(model={{model}}, input="x", generation_config={{{{"temperature": 0.2}}}})
    create(model={{model}}, input=[{{{{"type": "text", "text": "x"}}}}])
    text = interaction.status or ""
    for event in create(model={{model}}, input="x", stream=True):
        if event.event_type == "step.delta" and event.delta.type == "text":
            text += event.delta.text or ""
    return text


def wrong(client: genai.Client{{parameter}}) -> None:
    create = client.interactions.create
    create(model={{model}}, input="x", temprature=1)  {PLANTED}
    create(model={{model}}, agent="a", input="x")  {PLANTED}
    create(model={{model}}, input=[{{{{"type": "txt", "text": "x"}}}}])  {PLANTED}
    stream = create(model={{model}}, input="x", stream=True)
    for event in stream:
        if event.event_type == "step.dleta":  {PLANTED}
            return
        if event.event_type == "step.delta" and event.delta.type == "text":
            print(event.delta.txt)  {PLANTED}
    print(stream.output_text)  {PLANTED}
"""
OURS = "import gemini_interactions as genai"
GOOGLE_GENAI = "from google import genai"
LITERAL = ('"gemini-3-flash-preview"', "")
ANY_STRING = ("model", ", model: str")

Check = Callable[[Path, Path], set[int]]
"""A program and the Python whose packages it uses → the lines with errors."""


def start(_: str, peer: str, library: str, model: str, parameter: str) -> Operation:
    text = PROGRAM.format(library=library, model=model, parameter=parameter)
    lines = text.splitlines()
    planted = {number for number, line in enumerate(lines, 1) if line.endswith(PLANTED)}

    def measure() -> Figures:
        figures: dict[str, float] = {}
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder, "program.py")
            program.write_text(text, "utf-8")
            for name, check in CHECKS.items():
                errors = check(program, python_of(peer))
                figures[found_by(name).name] = len(errors & planted)
                figures[false_of(name).name] = len(errors - planted)
        return figures

    return measure


def mypy(program: Path, python: Path) -> set[int]:
    cache = str(python.parents[1] / "mypy-cache")  # of the library, which the next program uses too
    options = ["--strict", "--python-executable", str(python), "--cache-dir", cache]
    output = run(program, "mypy", *options, "--no-error-summary", program.name)
    return {int(line) for line in re.findall(rf"^{program.name}:(\d+): error:", output, re.M)}


def pyright(program: Path, python: Path) -> set[int]:
    settings = {"typeCheckingMode": "strict", "include": [program.name]}
    program.with_name("pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    output = json.loads(run(program, "pyright", "--pythonpath", str(python), "--outputjson"))
    return {
        found["range"]["start"]["line"] + 1
        for found in output["generalDiagnostics"]
        if found["severity"] == "error"
    }


CHECKS: dict[str, Check] = {"mypy": mypy, "pyright": pyright}


def run(program: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=program.parent,
        env=environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def found_by(checker: str) -> Measure:
    return Measure(f"found by {checker}")


def false_of(checker: str) -> Measure:
    return Measure(f"false errors of {checker}")


def goals(contender: str) -> list[Goal]:
    return [
        goal
        for checker in CHECKS
        for goal in (
            at_least(contender, found_by(checker).name, 6),
            at_most(contender, false_of(checker).name, 0),
        )
    ]


ROW = Row(
    title="Type checkers",
    about=(
        "One program, once with each library, checked by mypy and pyright, both strict. Six lines "
        "are wrong: an unknown keyword, `model` together with `agent`, a wrong tag in a "
        "dictionary of input, a comparison with a tag that does not exist, a misspelt field of a "
        "narrowed event, `.output_text` of a stream. An error on another line is a false one. The "
        "model is a literal, or a variable of type `str`."
    ),
    measures=tuple(make(checker) for checker in CHECKS for make in (found_by, false_of)),
    contenders=(
        Contender("ours", "checkers", start, ("ours", OURS, *LITERAL)),
        Contender("ours, model: str", "checkers", start, ("ours", OURS, *ANY_STRING)),
        Contender("google-genai", "checkers", start, ("google-genai", GOOGLE_GENAI, *LITERAL)),
        Contender(
            "google-genai, model: str",
            "checkers",
            start,
            ("google-genai", GOOGLE_GENAI, *ANY_STRING),
        ),
    ),
    goals=(*goals("ours"), *goals("ours, model: str")),
    take=taking.as_they_are,
    rounds=1,
    is_fresh=True,
)

if __name__ == "__main__":
    main(ROW, __file__)
