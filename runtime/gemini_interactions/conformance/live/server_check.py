"""Drives a server through the operations and says which clauses hold."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from ..._surface import calls_of
from ...errors import ConfigurationError
from ..examining import validator_of
from ..findings import Finding
from ..recordings import Recorder
from .bench import Bench, NotApplicableError, NotTestableError, Specimen
from .calling import Caller
from .clauses import Outcome, Verdict, counting
from .server_clauses import CLAUSES, Clause

__all__ = ["CLAUSES", "Plan", "check_server", "is_loopback", "plan"]

MODEL = "gemini-3-flash-preview"
MOST_FINDINGS = 20
MOST_EVIDENCE = 6


@frozen(kw_only=True)
class Plan:
    """What is going to be tried, and how many interactions it takes."""

    clauses: tuple[Clause, ...]
    creates: int
    """Creates that are meant to succeed."""
    probes: int
    """Creates that a good server refuses."""


def plan(only: Sequence[str] = ()) -> Plan:
    """All clauses, or those whose ids are given; a first part such as `stream` means all of it."""
    for wanted in only:
        if not any(is_meant(clause, wanted) for clause in CLAUSES):
            known = ", ".join(dict.fromkeys(clause.id.partition(".")[0] for clause in CLAUSES))
            raise ConfigurationError(f"there is no clause {wanted!r}; the groups are {known}")
    clauses = tuple(
        clause for clause in CLAUSES if not only or any(is_meant(clause, each) for each in only)
    )
    specimens = {each for clause in clauses for each in all_of(clause.needs)}
    return Plan(
        clauses=clauses,
        creates=sum(specimen.creates for specimen in specimens),
        probes=sum(clause.probes for clause in clauses),
    )


def check_server(
    planned: Plan,
    settings: dict[str, Any],
    *,
    strict: bool = False,
    model: str = MODEL,
    agent: str | None = None,
    patience: float = 300.0,
    recorder: Recorder | None = None,
) -> Generator[Verdict, None, None]:
    """Try the clauses one after the other. `settings` are the arguments of a `Client`.

    What was created is deleted in the end.
    """
    calls = calls_of(settings, own="")
    caller = Caller(calls, recorder)
    validator = validator_of(calls.bindings.label)
    bench = Bench(caller, validator, model=model, agent=agent, patience=patience)
    try:
        for clause in planned.clauses:
            yield tried(clause, bench, strict=strict)
    finally:
        bench.clean_up()
        caller.close()


def tried(clause: Clause, bench: Bench, *, strict: bool) -> Verdict:
    bench.used = []
    findings: list[Finding] = []
    reason = ""
    outcome: Outcome = "holds"
    try:
        found = clause.check(bench)
        findings.extend(found)  # it takes one by one: those before a stop stay
    except NotApplicableError as stop:
        outcome, reason = "not applicable", str(stop)
    except NotTestableError as stop:
        outcome, reason = "not testable", str(stop)
    findings = [found for found in findings if not is_echo(found, bench)]
    broken = counting(findings, strict=strict)
    if broken:
        outcome, reason = "broken", ""
    return Verdict(
        clause=clause.id,
        sentence=clause.sentence,
        outcome=outcome,
        reason=reason,
        findings=(broken or tuple(findings))[:MOST_FINDINGS],
        evidence=tuple(call.evidence() for call in bench.used[:MOST_EVIDENCE]),
    )


def is_echo(found: Finding, bench: Bench) -> bool:
    """Whether all that is wrong is that the spec does not list the model that was asked for."""
    deviation = found.deviation
    return deviation.rule == "unknown-value" and deviation.got in (bench.model, bench.agent)


def all_of(needs: Iterable[Specimen]) -> Iterator[Specimen]:
    for specimen in needs:
        yield specimen
        yield from all_of(specimen.after)


def is_meant(clause: Clause, wanted: str) -> bool:
    return clause.id == wanted or clause.id.startswith(wanted + ".")


def is_loopback(url: str) -> bool:
    """Whether nobody is paid for what is asked there."""
    host = (urlsplit(url).hostname or "").lower()
    return host in ("localhost", "::1") or host.startswith("127.")
