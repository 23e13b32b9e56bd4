"""Judges what a client sends, request by request, and says in the end which clauses hold."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final

from attrs import define, field

from ...testing import InteractionsServer, RecordedRequest
from ...testing.json_values import as_object
from ..excerpts import excerpt
from ..findings import Finding
from .calling import HIDDEN_FIELDS
from .clauses import Evidence, Verdict, counting
from .client_clauses import AFTERWARDS, CLAUSES, Afterwards, Seen, place_of

__all__ = ["ClientJudge", "judging_server"]

MOST_FINDINGS: Final = 20
NOTHING: Final = "the client sent nothing that this is about"


@define
class Tried:
    """How often a clause was tried, and the first that broke it."""

    times: int = 0
    unknown: list[Finding] = field(factory=list[Finding])
    known: list[Finding] = field(factory=list[Finding])
    evidence: list[Evidence] = field(factory=list[Evidence])

    def add(self, findings: Iterable[Finding], request: RecordedRequest) -> None:
        self.times += 1
        first = True
        for finding in findings:
            kept = self.unknown if finding.deviation.known is None else self.known
            if len(kept) < MOST_FINDINGS:
                kept.append(finding)
                self.evidence += [evidence_of(request)] * first
                first = False

    def verdict(self, clause: str, sentence: str, *, strict: bool) -> Verdict:
        broken = counting([*self.unknown, *self.known], strict=strict)
        return Verdict(
            clause=clause,
            sentence=sentence,
            outcome="broken" if broken else "holds" if self.times else "not testable",
            reason="" if self.times else NOTHING,
            findings=broken or tuple(self.known),
            evidence=tuple(self.evidence),
        )


class ClientJudge:
    def __init__(self, seen: Seen | None = None) -> None:
        self.seen = seen or Seen()
        self._tried = {clause.id: Tried() for clause in CLAUSES}

    def take(self, request: RecordedRequest) -> list[Finding]:
        """The next request, as it arrives: what is wrong with it."""
        self.seen.count += 1
        place = place_of(request, self.seen.count)
        found: list[Finding] = []
        for clause in CLAUSES:
            if clause.applies(request, self.seen):
                broken = list(clause.check(request, self.seen, place))
                self._tried[clause.id].add(broken, request)
                found += broken
        self.seen.done_with(request)
        return found

    def verdicts(self, *, strict: bool = False) -> list[Verdict]:
        """What came of it, once the requests are answered."""
        found = [
            self._tried[clause.id].verdict(clause.id, clause.sentence, strict=strict)
            for clause in CLAUSES
        ]
        return found + [self._afterwards(clause, strict=strict) for clause in AFTERWARDS]

    def _afterwards(self, clause: Afterwards, *, strict: bool) -> Verdict:
        tried = Tried()
        for create in clause.about(self.seen):
            tried.add(clause.check(create, self.seen), create.request)
        return tried.verdict(clause.id, clause.sentence, strict=strict)


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
