"""The report for a browser: one page that needs nothing else, and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib import resources
from typing import Final

from ..markup import attribute, text
from ..report import InputResult, Report
from ..terminal import UNITS, number, verdict
from .coverage import coverage_section
from .deviations import deviation_section, unreadable_section
from .filters import filter_form
from .timelines import timeline_section

__all__ = ["html_report"]

MOST_INPUTS: Final = 500


def html_report(report: Report, *, strict: bool) -> str:
    style, script = asset("style.css"), asset("filter.js")
    policy = (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    body = "\n".join(body_lines(report, strict=strict))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content={attribute(policy)}>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>Conformance: {text(verdict(report, strict=strict))}</title>\n"
        f'<link rel="icon" href="data:,">\n<style>{style}</style>\n</head>\n<body>\n'
        f"{body}\n<script>{script}</script>\n</body>\n</html>\n"
    )


def asset(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text("utf-8")


def digest(content: str) -> str:
    """How a content security policy names an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def body_lines(report: Report, *, strict: bool) -> Iterator[str]:
    yield from header_lines(report, strict=strict)
    yield "<main>"
    yield from tile_lines(report, strict=strict)
    yield from unreadable_section(report)
    yield from deviation_section(report, strict=strict)
    yield from timeline_section(report)
    yield from coverage_section(report)
    yield from input_section(report, strict=strict)
    yield "</main>"


def header_lines(report: Report, *, strict: bool) -> Iterator[str]:
    look = "good" if report.conforms(strict=strict) else "bad"
    revisions = ", ".join(sorted(report.coverage)) or "no revision"
    mode = "strict: every deviation counts" if strict else "known deviations are allowed"
    yield '<header><div><div class="headline"><h1>Conformance report</h1>'
    yield f'<span class="badge {look}">{text(verdict(report, strict=strict))}</span></div>'
    yield f'<p class="soft">Gemini Interactions API, judged by {text(revisions)}; {mode}.</p>'
    yield '<nav aria-label="Sections">'
    for anchor in ("deviations", "streams", "coverage", "inputs"):
        yield f'<a href="#{anchor}">{anchor.capitalize()}</a>'
    yield "</nav></div></header>"


def tile_lines(report: Report, *, strict: bool) -> Iterator[str]:
    yield '<dl class="tiles">'
    yield tile("Inputs", len(report.inputs))
    for unit in UNITS:
        if getattr(report.totals, unit):
            yield tile(unit.capitalize(), getattr(report.totals, unit))
    deviations = report.deviations(strict=strict)
    yield tile("Deviations", deviations, alarm=deviations > 0)
    if not strict:
        yield tile("Known", report.known)
    if report.unreadable_parts:
        yield tile("Unreadable", report.unreadable_parts, alarm=True)
    yield "</dl>"


def tile(name: str, count: int, *, alarm: bool = False) -> str:
    look = ' class="alarm"' if alarm else ""
    return f"<div{look}><dt>{name}</dt><dd>{count:,}</dd></div>"


def input_section(report: Report, *, strict: bool) -> Iterator[str]:
    """The inputs, those with problems first."""
    ordered = sorted(report.inputs, key=lambda each: not is_bad(each, strict=strict))
    yield '<section id="inputs"><h2>Inputs</h2>'
    if report.skipped:
        yield f'<p class="soft">{number(report.skipped, "file")} skipped: other names.</p>'
    yield from filter_form("inputs", {"bad": "only with problems"})
    yield '<div class="scroll"><table><thead><tr><th>Input</th><th>Form</th>'
    yield '<th class="n">Payloads</th><th class="n">Events</th><th>Verdict</th></tr></thead><tbody>'
    for result in ordered[:MOST_INPUTS]:
        yield input_row(result, strict=strict)
    yield "</tbody></table></div>"
    if len(ordered) > MOST_INPUTS:
        yield f'<p class="soft">{number(len(ordered) - MOST_INPUTS, "more input")} not shown.</p>'
    yield "</section>"


def is_bad(result: InputResult, *, strict: bool) -> bool:
    return bool(result.unreadable) or result.failed(strict=strict)


def input_row(result: InputResult, *, strict: bool) -> str:
    totals = result.totals
    payloads = totals.requests + totals.interactions + totals.errors
    bad = is_bad(result, strict=strict)
    said = [number(result.deviations, "deviation")] if result.deviations else []
    said += [f"{result.known:,} known"] if result.known else []
    said += ["unreadable"] if result.unreadable else []
    look = "bad" if bad else "known" if result.known else "good"
    marks = ' data-marks="bad"' if bad else ""
    return (
        f"<tr data-find={attribute(result.name.lower())}{marks}>"
        f"<td><code>{text(result.name)}</code></td><td>{text(result.form)}</td>"
        f'<td class="n">{payloads:,}</td><td class="n">{totals.events:,}</td>'
        f'<td><span class="chip {look}">{", ".join(said) or "conforms"}</span></td></tr>'
    )
