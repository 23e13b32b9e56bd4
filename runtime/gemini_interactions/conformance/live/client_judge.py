"""Judges what a client sends, request by request, and says in the end which clauses hold."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

from attrs import define, field

from ...testing import InteractionsServer, RecordedRequest
from ...testing.json_values import as_object
from ..excerpts import excerpt
from ..findings import Finding
from .calling import HIDDEN_FIELDS
from .clauses import Evidence, Verdict, counting, odd
from .client_clauses import CLAUSES, REMEMBERED, ClientClause, Seen, place_of

__all__ = ["ClientJudge", "judging_server"]

MOST_FINDINGS: Final = 20
MEANING: Final = "body.meaning"
MEANING_SENTENCE: Final = "No create that fits the schema is refused for what it means."


@define
class Tried:
    """How often a clause was tried, and what broke it."""

    times: int = 0
    findings: list[Finding] = field(factory=list[Finding])
    evidence: list[Evidence] = field(factory=list[Evidence])

    def add(self, findings: list[Finding], request: RecordedRequest) -> None:
        self.times += 1
        if findings and len(self.findings) < MOST_FINDINGS:
            self.findings += findings
            self.evidence.append(evidence_of(request))


class ClientJudge:
    def __init__(self, seen: Seen | None = None) -> None:
        self.seen = seen or Seen()
        self._tried = {clause.id: Tried() for clause in CLAUSES}
        self._fitting: list[tuple[RecordedRequest, int]] = []
        """Creates that fit the schema, each with its number."""

    def take(self, request: RecordedRequest) -> list[Finding]:
        """The next request, as it arrives: what is wrong with it."""
        self.seen.count += 1
        number = self.seen.count
        place = place_of(request, number)
        found: list[Finding] = []
        for clause in CLAUSES:
            if clause.applies(request, self.seen):
                broken = list(clause.check(request, self.seen, place))
                self._tried[clause.id].add(broken, request)
                found += broken
        self.seen.done_with(request)
        if request.operation == "create" and fits(request, self.seen):
            self._fitting.append((request, number))
            del self._fitting[:-REMEMBERED]
        return found

    def verdicts(self, *, strict: bool = False) -> list[Verdict]:
        """What came of it, once the requests are answered."""
        found = [self._verdict(clause, strict=strict) for clause in CLAUSES]
        return [*found, self._meaning()]

    def _verdict(self, clause: ClientClause, *, strict: bool) -> Verdict:
        tried = self._tried[clause.id]
        broken = counting(tried.findings, strict=strict)
        return Verdict(
            clause=clause.id,
            sentence=clause.sentence,
            outcome="broken" if broken else "holds" if tried.times else "not testable",
            reason="" if tried.times else "the client sent nothing that this is about",
            findings=(broken or tuple(tried.findings))[:MOST_FINDINGS],
            evidence=tuple(tried.evidence),
        )

    def _meaning(self) -> Verdict:
        """The service refuses some of what its schema allows; our server does so on purpose."""
        refused = [each for each in self._fitting if each[0].status == 400 and not each[0].faults]
        findings = tuple(
            odd(place_of(request, number), "request", "refused", "it is answered 400", None)
            for request, number in refused[:MOST_FINDINGS]
        )
        return Verdict(
            clause=MEANING,
            sentence=MEANING_SENTENCE,
            outcome="broken" if findings else "holds" if self._fitting else "not testable",
            reason="" if self._fitting else "the client sent no create that fits the schema",
            findings=findings,
            evidence=tuple(evidence_of(request) for request, _ in refused[:MOST_FINDINGS]),
        )


def fits(request: RecordedRequest, seen: Seen) -> bool:
    deviations = seen.validator(request).request(request.json)
    return all(deviation.known for deviation in deviations)


@contextmanager
def judging_server(
    *,
    revision: str | None = None,
    on_judged: Callable[[RecordedRequest, list[Finding]], object] | None = None,
    **options: Any,
) -> Generator[tuple[InteractionsServer, ClientJudge], None, None]:
    """The embedded server in its strict mode, with a judge of all that is sent to it.

    The options are those of the server.
    """

    def take(request: RecordedRequest) -> None:
        found = judge.take(request)
        if on_judged is not None:
            on_judged(request, found)

    def event_known(interaction_id: str, event_id: str) -> bool | None:
        if interaction_id not in server.store:
            return None
        return server.store.get(interaction_id).position_after(event_id) is not None

    seen = Seen(revision=revision, event_known=event_known)
    seen.validator(RecordedRequest("POST", "")).request({})  # says now what is not installed
    judge = ClientJudge(seen)
    if revision is not None:
        options["revision"] = revision
    server = InteractionsServer(strict=True, require_auth=True, on_request=take, **options)
    with server:
        yield server, judge


def evidence_of(request: RecordedRequest) -> Evidence:
    body = excerpt(as_object(request.json), HIDDEN_FIELDS) if request.json else None
    came = str(request.status) if request.status else "no answer yet"
    return Evidence(sent=f"{request.method} {request.raw_path}", body=body, came=came)
