"""attrs finishes a class when somebody first needs it, and nobody can tell."""

from __future__ import annotations

import copy
import inspect
import sys
import threading
from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import pytest

from gemini_interactions_types._support.late import Late, define
from gemini_interactions_types._support.model import Model
from gemini_interactions_types._support.reading import new

PARAMETERS = ["extra_fields", "x", "y", "secret"]


def unfinished() -> Any:
    @define(kw_only=True, eq=False, repr=False)
    class Point(Model):
        """Where."""

        kind: ClassVar[str] = "point"
        x: int
        y: int | None = None
        secret: str | None = attrs.field(default=None, repr=False)

        def doubled(self) -> int:
            return self.x * 2

    return Point


def own_constructor(point: Any) -> Any:
    class Own(point):  # type: ignore[misc]
        def __init__(self, half: int) -> None:
            super().__init__(x=2 * half)

    return Own(1)


def filled(point: Any) -> Any:
    """As a reader does it."""
    value = new(point)
    value.extra_fields, value.x, value.y, value.secret = {}, 1, None, "hush"
    return value


FIRST_USES: list[Callable[[Any], bool]] = [
    lambda point: point(x=1).y is None,
    lambda point: own_constructor(point).x == 2,
    lambda point: list(inspect.signature(point).parameters) == PARAMETERS,
    lambda point: [a.name for a in attrs.fields(point)] == PARAMETERS,
    lambda point: attrs.has(point),
    lambda point: attrs.evolve(filled(point), x=2).x == 2,
    lambda point: attrs.asdict(filled(point))["x"] == 1,
    lambda point: filled(point) == filled(point),
    lambda point: copy.copy(filled(point)).x == 1,
    lambda point: copy.deepcopy(filled(point)).secret == "hush",
    lambda point: repr(filled(point)) == "Point(x=1, secret=***)",
    lambda point: (
        attrs.fields(attrs.make_class("Own", {"z": attrs.field(default=0)}, (point,)))[-1].name
        == "z"
    ),
]


@pytest.mark.parametrize("use", FIRST_USES)
def test_the_first_use_finishes_a_class(use: Callable[[Any], bool]) -> None:
    point = unfinished()
    assert isinstance(vars(point)["__init__"], Late)
    assert use(point)
    assert not isinstance(vars(point)["__init__"], Late)
    assert not isinstance(vars(point)["__attrs_attrs__"], Late)
    for other in FIRST_USES:
        assert other(point)


def test_what_a_class_has_before() -> None:
    point = unfinished()
    value = filled(point)
    assert value.doubled() == 2
    assert (point.__doc__, point.kind, point.__slots__) == ("Where.", "point", ("x", "y", "secret"))
    assert point.__qualname__.endswith("unfinished.<locals>.Point")
    with pytest.raises(AttributeError):
        value.z = 1
    assert isinstance(vars(point)["__init__"], Late)


def test_a_constructor_refuses_what_it_does_not_take() -> None:
    for arguments in ({}, {"x": 1, "z": 2}):
        with pytest.raises(TypeError, match=r"'x'|'z'"):
            unfinished()(**arguments)


def test_many_threads_finish_a_class_once() -> None:
    point, barrier = unfinished(), threading.Barrier(8)
    made: list[Any] = []

    def work() -> None:
        barrier.wait()
        made.append((point(x=1), point.__init__, attrs.fields(point)))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=work) for _ in range(8)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(made) == 8
    assert len({id(constructor) for _, constructor, _ in made}) == 1
    assert len({id(fields) for _, _, fields in made}) == 1
