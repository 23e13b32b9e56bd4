# Copied by interactions-codegen 0.1.0: the same for every revision.

"""One revision's readers and writers behind two functions, and the same as cattrs hooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, overload

from attrs import frozen

from .errors import StructureError
from .model import Model, Unknown
from .reading import Misfit, mapping, structure_error
from .writing import Writers, unstructure

if TYPE_CHECKING:
    from cattrs import Converter

FormT = TypeVar("FormT")

ObjectReader = Callable[[Any], Any]
ChoiceReader = Callable[[Any, str | int, Any], Any]


@frozen(eq=False)
class Binding:
    """`objects` and `choices` are by form: a class, or a union as it is written in the types."""

    revision: str
    objects: Mapping[Any, ObjectReader]
    choices: Mapping[Any, ChoiceReader]
    names: Mapping[Any, str]
    writers: Writers

    @overload
    def structure(self, form: type[FormT], payload: Any) -> FormT: ...
    @overload
    def structure(self, form: Any, payload: Any) -> Any: ...
    def structure(self, form: Any, payload: Any) -> Any:
        """Read a payload as a class or a union of this revision, or raise `StructureError`.

        Free-form values inside are shared with the payload, not copied.
        """
        try:
            read = self.objects.get(form)  # one look-up: to hash a union takes as long as an event
            if read is not None:
                return read(payload if type(payload) is dict else mapping(None, "", payload))
            choose = self.choices.get(form)
            if choose is not None:
                return choose(None, "", payload)
        except Misfit as error:
            raise structure_error(self.revision, self.name_of(form), payload, error) from None
        except RecursionError:
            problem = "it is nested too deeply"
            raise StructureError(self.revision, self.name_of(form), "", problem, payload) from None
        raise TypeError(f"{form!r} is no type of revision {self.revision}")

    def unstructure(self, value: object) -> Any:
        """The JSON form of an object of this revision, or raise `UnstructureError`."""
        return unstructure(self.writers, self.revision, value)

    def name_of(self, form: Any) -> str:
        return self.names.get(form) or str(form.__name__)

    def register(self, converter: Converter) -> None:
        """Teach a cattrs converter all types of this revision: four hooks, not one per class."""
        classes = tuple(c for c in self.writers if issubclass(c, (Model, Unknown)))
        unions = {
            members(form): form
            for form in (*self.objects, *self.choices)
            if members(form) is not None
        }

        def is_known_class(form: Any) -> bool:
            return isinstance(form, type) and issubclass(form, classes)

        def is_known_union(form: Any) -> bool:
            return members(form) in unions

        def structure_class(form: Any) -> Callable[[Any, Any], Any]:
            return lambda payload, _: self.structure(form, payload)

        def structure_union(form: Any) -> Callable[[Any, Any], Any]:
            known = unions[members(form)]
            optional = type(None) in get_args(form)
            return lambda payload, _: (
                None if optional and payload is None else self.structure(known, payload)
            )

        def unstructure_any(_: Any) -> Callable[[Any], Any]:
            return self.unstructure

        converter.register_structure_hook_factory(is_known_class, structure_class)
        converter.register_structure_hook_factory(is_known_union, structure_union)
        converter.register_unstructure_hook_factory(is_known_class, unstructure_any)
        converter.register_unstructure_hook_factory(is_known_union, unstructure_any)

    def make_converter(self) -> Converter:
        """A cattrs converter of your own that knows all types of this revision."""
        from cattrs import Converter

        converter = Converter()
        self.register(converter)
        return converter


def members(form: Any) -> frozenset[Any] | None:
    """The members of a union without `None`: `Step | None` is the union `Step` to a reader."""
    if get_origin(form) in (Union, UnionType):
        return frozenset(get_args(form)) - {type(None)}
    return None
