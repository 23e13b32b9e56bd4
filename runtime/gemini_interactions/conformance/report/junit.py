"""The report for CI: JUnit's XML, one test case per input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..findings import Finding
from .markup import attribute, text
from .report import InputResult, Report
from .terminal import place_text, shown

__all__ = ["junit_report"]

SUITE: Final = "gemini-interactions conform"


def junit_report(report: Report, *, strict: bool) -> str:
    """An input that cannot be read is an error, one that deviates a failure."""
    errors = sum(bool(each.unreadable) for each in report.inputs)
    failures = sum(each.failed(strict=strict) and not each.unreadable for each in report.inputs)
    counts = f'tests="{len(report.inputs)}" failures="{failures}" errors="{errors}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites name={attribute(SUITE)} {counts}>",
        f'<testsuite name={attribute(SUITE)} {counts} skipped="0">',
    ]
    for result in report.inputs:
        lines += case_lines(result, strict=strict)
    return "\n".join([*lines, "</testsuite>", "</testsuites>", ""])


def case_lines(result: InputResult, *, strict: bool) -> Iterator[str]:
    head = (
        f"<testcase classname={attribute(f'conform.{result.form}')} name={attribute(result.name)}"
    )
    counting = result.examples + (result.known_examples if strict else [])
    allowed = [] if strict else result.known_examples
    if not result.unreadable and not result.failed(strict=strict) and not allowed:
        yield f"{head}/>"
        return
    yield f"{head}>"
    if result.unreadable:
        yield element("error", "unreadable", f"{result.unreadable} not readable", counting)
    elif result.failed(strict=strict):
        count = result.deviations + result.known * strict
        yield element("failure", "deviation", f"{count} deviations", counting)
    if allowed:
        yield f"<system-out>known deviations:\n{text(told(allowed))}</system-out>"
    yield "</testcase>"


def element(name: str, kind: str, message: str, findings: list[Finding]) -> str:
    head = f"<{name} type={attribute(kind)} message={attribute(message)}>"
    return f"{head}{text(told(findings))}</{name}>"


def told(findings: list[Finding]) -> str:
    lines: list[str] = []
    for finding in findings:
        deviation = finding.deviation
        where = f" at {deviation.pointer}" if deviation.pointer else ""
        known = f" (known: {deviation.known})" if deviation.known else ""
        lines.append(
            f"{place_text(finding.place)}{where}: {deviation.rule}: {deviation.message}, "
            f"got {shown(deviation.got)}{known}"
        )
    return "\n".join(lines)
