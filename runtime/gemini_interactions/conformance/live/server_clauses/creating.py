"""Clauses about interactions that are created, fetched, gone on from, or not kept."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ...._core.events import RUNNING
from ...comparison import unequal
from ...excerpts import excerpt, is_array, pointer_of
from ...findings import Finding
from ..bench import Bench, NotApplicableError, as_object, status_of
from ..clauses import odd
from ..specimens import FOLLOW_UP, NAME, PLAIN, UNSTORED
from .clause import Clause, clause, refused, sound

__all__ = ["CLAUSES"]

VOLATILE = frozenset({"updated"})


@clause("create.answer", "A create answers 200 with an interaction, as JSON.", needs=(PLAIN,))
def create_answer(bench: Bench) -> Iterator[Finding]:
    yield from sound(bench, bench.specimen(PLAIN))


@clause(
    "create.over", "A create that is not in the background answers when it is over.", needs=(PLAIN,)
)
def create_over(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(PLAIN)
    status = status_of(bench.answer(call))
    if not status or status in RUNNING:
        message = "a status is expected that ends an interaction"
        yield odd(call.place, "interaction", "status", message, status, pointer="/status")


@clause(
    "create.revision",
    "What is created speaks the revision that was asked for: steps, or outputs before.",
    needs=(PLAIN,),
)
def create_revision(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(PLAIN)
    items = bench.family.items
    other = "outputs" if items == "steps" else "steps"
    answer = bench.answer(call)
    if other in answer or items not in answer:
        message = f"{items} are expected in revision {bench.validator.revision}"
        yield odd(
            call.place, "interaction", "revision", message, sorted(answer), pointer=f"/{items}"
        )


@clause("get.same", "A get answers what the create answered.", needs=(PLAIN,))
def get_same(bench: Bench) -> Iterator[Finding]:
    created = bench.answer(bench.specimen(PLAIN))
    call = bench.get(bench.id_of(PLAIN))
    yield from sound(bench, call)
    stored = bench.answer(call)
    for key in dict.fromkeys([*created, *stored]):
        if key in VOLATILE:
            continue
        for difference in unequal((key,), created.get(key), stored.get(key)):
            yield odd(
                call.place,
                "interaction",
                "stored",
                f"the create said {excerpt(difference.streamed, ())!r}",
                excerpt(difference.stored, ()),
                pointer=pointer_of(difference.path),
            )


@clause("get.input", "With include_input, a get also gives what was asked.", needs=(PLAIN,))
def get_input(bench: Bench) -> Iterator[Finding]:
    if not bench.can_include_input:
        raise NotApplicableError(f"revision {bench.validator.revision} has no include_input")
    call = bench.get(bench.id_of(PLAIN), include_input=True)
    yield from sound(bench, call)
    answer = bench.answer(call)
    items = answer.get(bench.family.items)
    first = as_object(items[0] if is_array(items) and items else None)
    asked = [answer.get("input"), first if first.get("type") == "user_input" else None]
    if f"My name is {NAME}." not in json.dumps(asked):
        message = "the input is expected, as input or as the first step"
        yield odd(call.place, "interaction", "input", message, excerpt(asked, ()), pointer="/input")


@clause("previous.context", "An interaction goes on from its previous one.", needs=(FOLLOW_UP,))
def previous_context(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(FOLLOW_UP)
    yield from sound(bench, call)
    items = bench.family.items
    said = bench.answer(call).get(items)
    if NAME not in json.dumps(said):
        message = f"the answer is expected to know {NAME} from the interaction before"
        yield odd(
            call.place, "interaction", "context", message, excerpt(said, ()), pointer=f"/{items}"
        )


@clause(
    "store.off",
    "With store=false nothing is kept: no id, or one that leads to 404.",
    needs=(UNSTORED,),
)
def store_off(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(UNSTORED)
    yield from sound(bench, call)
    bench.answer(call)
    identity = bench.id_in(call)
    if identity:
        yield from refused(bench, bench.get(identity), 404)


CLAUSES: tuple[Clause, ...] = (
    create_answer,
    create_over,
    create_revision,
    get_same,
    get_input,
    previous_context,
    store_off,
)
