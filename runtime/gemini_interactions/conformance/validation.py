"""Payloads against a revision's schema: every deviation, at its place, by a name that stays.

| rule | broken by |
|---|---|
| `required` | a field that is missing; the pointer leads to where it should be |
| `type` | a value of another JSON kind, null included |
| `unknown-field` | a field that its type does not have |
| `unknown-value` | a value that its enum does not have |
| `unknown-variant` | a tag that its union does not have |
| `const` | another value than the only one |
| `choice` | a value that none of several forms fits |
| `read-only`, `write-only` | a field that only the other side may send |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from .._bindings import LATEST
from ..errors import ConfigurationError
from .excerpts import is_array, is_object
from .explaining import Explainer, site_of
from .findings import Deviation, Kind
from .judging import Sender, judging_schema
from .schemas import Json, schema_of

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

MISSING: Final = "conformance needs jsonschema-rs: pip install 'gemini-interactions[conformance]'"
SENDERS: Final[dict[Kind, Sender]] = {
    "request": "caller",
    "interaction": "service",
    "event": "service",
    "error": "service",
}


@frozen
class Judging:
    """A judging schema, ready for use."""

    schema: Json
    validator: Draft202012Validator


class Validator:
    """Judges payloads by one revision. The first of a kind takes a moment: its schema is built."""

    def __init__(self, revision: str = LATEST) -> None:
        self.schema = schema_of(revision)
        self._explainer = Explainer(self.schema)
        self._judgings: dict[tuple[str, Sender], Judging] = {}

    def __reduce__(self) -> tuple[type[Validator], tuple[str]]:
        """Another process builds its own."""
        return Validator, (self.revision,)

    @property
    def revision(self) -> str:
        return self.schema.revision

    def request(self, payload: Any) -> list[Deviation]:
        """The body of a create request."""
        return self.judge("request", payload)

    def interaction(self, payload: Any) -> list[Deviation]:
        """What create, get and cancel answer."""
        return self.judge("interaction", payload)

    def event(self, payload: Any) -> list[Deviation]:
        """One event of a stream, by itself."""
        return self.judge("event", payload)

    def error(self, payload: Any) -> list[Deviation]:
        """The body of an answer whose status is an error."""
        return self.judge("error", payload)

    def judge(self, kind: Kind, payload: Any) -> list[Deviation]:
        """A payload of a kind."""
        return self._judge(self.schema.roots[kind], SENDERS[kind], payload)

    def value(self, type_name: str, payload: Any) -> list[Deviation]:
        """A payload of any type of the revision, whoever sent it."""
        if type_name not in self.schema.definitions:
            raise ConfigurationError(f"revision {self.revision} has no type {type_name!r}")
        return self._judge(type_name, "either", payload)

    def _judge(self, name: str, sender: Sender, payload: Any) -> list[Deviation]:
        judging = self._judging(name, sender)
        try:
            if judging.validator.is_valid(payload):
                return []
            errors = list(judging.validator.iter_errors(payload))
        except UnicodeEncodeError:
            return self._judge(name, sender, mended(payload))

        def judge_member(union: str, member: Any) -> list[Deviation]:
            return self._judge(union, sender, member)

        found: list[Deviation] = []
        for error in errors:
            site = site_of(judging.schema, error, payload)
            found += self._explainer.explain(site, error, payload, sender, judge_member)
        return found

    def _judging(self, name: str, sender: Sender) -> Judging:
        judging = self._judgings.get((name, sender))
        if judging is None:
            schema = judging_schema(self.schema, name, sender)
            judging = self._judgings[name, sender] = Judging(schema, compiled(schema))
        return judging


def compiled(schema: Json) -> Draft202012Validator:
    try:
        from jsonschema_rs import Draft202012Validator
    except ImportError:
        raise ConfigurationError(MISSING) from None
    return Draft202012Validator(schema)


def mended(value: Any) -> Any:
    """The same value without halves of surrogate pairs, which JSON can say and UTF-8 cannot."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if is_array(value):
        return [mended(item) for item in value]
    if is_object(value):
        return {mended(key): mended(item) for key, item in value.items()}
    return value
