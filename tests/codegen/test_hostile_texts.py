"""Texts that a spec may hold and that try to become code: they stay the texts they are."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interactions_codegen.output import generate, write

from .lab import (
    MODULE,
    STRING,
    Json,
    array,
    deviation,
    enum,
    member,
    obj,
    reference,
    spec_of,
    unformatted,
    union,
    write_spec,
)

PACKAGE = "hostile"
TOUCH = '__import__("pathlib").Path("owned").touch()'
TEXTS = {
    "docstring-break-out": f'"""; {TOUCH}; """',
    "only-quotes": '"' * 299,
    "quotes-and-backslashes": ('\\"' * 150)[:300],
    "backslashes": "\\" * 299,
    "ends-with-backslash": "C:\\",
    "ends-with-quote": 'say "hi"',
    "ends-with-escaped-quote": 'say \\"',
    "single-quotes": f"'; {TOUCH}; '",
    "escapes": f"\\x22\\x22\\x22 \\N{{QUOTATION MARK}} \\u0022 \\042 {TOUCH}",
    "template": "{{ 7 * 7 }} {% for x in y %} {# z #}",
    "format": "{0} {x!r} %s %(x)d ${x}",
    "import-marker": "# imports",
    "own-import-marker": "# own imports",
    "comment": f"# type: ignore # noqa # fmt: off {TOUCH}",
    "not-ascii": "Grüße 🎉 \U0001f600 漢字 ﷺ",
    "bracket": f") -> None: {TOUCH} #",
    "long-word": "x" * 299,
}


def spec_with(text: str, description: str) -> Json:
    """A spec that says a text wherever a spec may say any."""
    described = {"description": description}
    documents = spec_of(
        {
            "only": {
                "Part": {**union({text: "TextPart", "b": "BlobPart"}), **described},
                "TextPart": {
                    **member(text, {"text": {**STRING, **described}}, "text"),
                    **described,
                },
                "BlobPart": member("b", {"other": {"const": text}}),
                "Color": {**enum(text, "green"), **described},
                "Either": {"anyOf": [STRING, array(reference("Part"))], **described},
                "Call": obj(
                    {
                        "color": {**reference("Color"), **described, "deprecated": True},
                        "parts": {**array(reference("Part")), **described},
                        "either": {**reference("Either"), **described},
                    }
                ),
            }
        },
        routes={
            "backends": {"gemini": {"hosts": {"*": "a.example"}, "api_version": "v1"}},
            "operations": {
                "calls.create": {
                    "method": "POST",
                    "paths": {"vertex": "/x"},
                    "vertex_default": "vertex",
                    "body": "only.json#/$defs/Call",
                }
            },
        },
        deviations=[
            deviation(
                {
                    "kind": "missing-tag",
                    "union": "Part",
                    "requires": ["text"],
                    "read_as": "TextPart",
                },
                summary=description,
            ),
            deviation(
                {
                    "kind": "tag-alias",
                    "union": "Part",
                    "tag": f"old {text}"[:300],
                    "read_as": "TextPart",
                },
                "other",
                description,
            ),
        ],
        answer={
            "type": "Call",
            "field": "parts",
            "container": "c",
            "passed_over": text,
            "media": {"blob": "BlobPart"},
        },
    )
    documents["only.json"]["description"] = description
    return documents


USE = f"""
import json, sys
from {PACKAGE} import {MODULE} as bindings
text = json.load(sys.stdin)
payload = {{
    "color": text,
    "parts": [{{"type": text, "text": text}}, {{"type": "b", "other": text}}, {{"text": "x"}}],
    "either": [{{"type": "old " + text, "text": "x"}}, {{"type": "new"}}],
}}
call = bindings.structure(bindings.Call, payload)
assert bindings.unstructure(call) == payload
assert [type(part).__name__ for part in call.parts] == ["TextPart", "BlobPart", "UntaggedTextPart"]
assert bindings.COLOR_VALUES == (text, "green")
assert bindings.TextPart.type == text
assert call.output_text == ""
"""


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TEXTS.items()])
def test_a_text_stays_a_text(text: str, tmp_path: Path) -> None:
    files = generate(write_spec(spec_with(text, text), tmp_path / "spec"))
    write(files, tmp_path / PACKAGE)

    module = ast.parse(files[f"{MODULE}/only.py"])
    found = next(n for n in module.body if isinstance(n, ast.ClassDef) and n.name == "TextPart")
    for holder in (module, found):
        said = ast.get_docstring(holder)
        assert said is not None
        assert said.split() == text.split()
    assert {type(n) for n in module.body} <= {
        *(ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.ClassDef, ast.Expr)
    }

    done = subprocess.run(
        [sys.executable, "-c", USE],
        input=json.dumps(text),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("text", ["'", '"', "\"'", "\\", "é\U0001f600", "# imports", "{{ x }}"])
def test_literals_are_formatted(text: str, tmp_path: Path) -> None:
    write(generate(write_spec(spec_with(text, "Said."), tmp_path / "spec")), tmp_path / PACKAGE)
    assert unformatted(tmp_path) == ""


def test_descriptions_are_formatted(tmp_path: Path) -> None:
    for name, text in TEXTS.items():
        documents = spec_with("short", text)
        write(generate(write_spec(documents, tmp_path / name / "spec")), tmp_path / name / PACKAGE)
    assert unformatted(tmp_path) == ""
