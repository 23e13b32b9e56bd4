"""Each kind of change in words; the reports differ in how they set off what is quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .changes import SEVERITIES, Change, Diff, Impact, Severity

Quote = Callable[[str], str]

WORDS: Mapping[str, str] = {
    "type-added": "new",
    "variant-added": "new",
    "type-removed": "gone",
    "variant-moved": "moved from {before} to {after}",
    "variant-renamed": "was {before}, is {after}",
    "form-changed": "was an {before}, is a {after}",
    "type-renamed": "was called {before}",
    "union-split": "new, with members that were in {before}",
    "type-split": "is {after} now",
    "name-dropped": "no type of its own any more",
    "field-added": "new: {after}",
    "required-field-added": "new: {after}",
    "field-removed": "gone, was {before}",
    "field-renamed": "was called {old_field}",
    "retyped": "was {before}, is {after}",
    "format-changed": "its format was {before}, is {after}",
    "now-required": "required now",
    "now-optional": "optional now",
    "values-added": "more values: {items}",
    "values-removed": "values that are gone: {items}",
    "values-unlisted": "values that are no longer listed: {items}",
    "opened": "open now: more than is listed may come",
    "closed": "closed now: nothing but what is listed",
    "member-added": "more members: {items}",
    "member-removed": "members that are gone: {items}",
    "discriminator-changed": "told apart by {after}, was by {before}",
    "any-object-admitted": "admits what is not declared",
    "any-object-refused": "no longer admits what is not declared",
    "deprecated": "deprecated",
    "undeprecated": "no longer deprecated",
    "read-only": "sent by the service alone now",
    "not-read-only": "no longer marked as sent by the service alone",
    "write-only": "sent by callers alone now",
    "not-write-only": "no longer marked as sent by callers alone",
    "operation-added": "new",
    "operation-removed": "gone",
    "method-changed": "was {before}, is {after}",
    "path-added": "path for {items}: {after}",
    "path-removed": "no path for {items} any more, was {before}",
    "path-changed": "path for {items}: was {before}, is {after}",
    "default-path-changed": "path used on Vertex AI: was {before}, is {after}",
    "query-added": "query takes {items}: {after}",
    "query-removed": "query no longer takes {items}",
    "query-changed": "query takes {items}: was {before}, is {after}",
    "body-added": "takes {after}",
    "body-removed": "no longer takes {before}",
    "body-changed": "takes {after}, took {before}",
    "response-added": "answers with {after}",
    "response-removed": "no longer answers with {before}",
    "response-changed": "answers with {after}, answered with {before}",
    "stream-added": "streams {after}",
    "stream-removed": "no longer streams {before}",
    "stream-changed": "streams {after}, streamed {before}",
    "stream-switch-added": "streams when the {after} says so",
    "stream-switch-removed": "no longer streams when the {before} says so",
    "stream-switch-changed": "streams when the {after} says so, was the {before}",
    "backend-added": "new",
    "backend-removed": "gone",
    "host-added": "host for {items}: {after}",
    "host-removed": "no host for {items} any more, was {before}",
    "host-changed": "host for {items}: was {before}, is {after}",
    "api-version-changed": "version was {before}, is {after}",
    "header-changed": "was {before}, is {after}",
}
VERDICTS: Mapping[str, str] = {
    "major": "what reads responses or sends requests has to change",
    "minor": "what there was still works; there is more",
    "patch": "nothing changed on the wire",
}


AUDIENCES = ("readers", "strict readers", "senders")


def words(change: Change, quote: Quote) -> str:
    """What happened, without what it happened to."""
    pattern, items = WORDS[change.kind], ", ".join(map(quote, change.items))
    text = pattern.format(
        before=quote(change.before),
        after=quote(change.after),
        old_field=quote(change.old_field),
        items=items,
    )
    return f"{text} ({items})" if items and "{items}" not in pattern else text


def severities(impact: Impact) -> tuple[Severity, Severity, Severity]:
    """In the order of `AUDIENCES`."""
    return impact.readers, impact.strict_readers, impact.senders


def counts(diff: Diff) -> Mapping[str, Mapping[Severity, int]]:
    """Audience → severity → how many changes."""
    found = [severities(change.impact) for change in diff.changes]
    return {
        audience: {
            severity: sum(impact[index] == severity for impact in found)
            for severity in reversed(SEVERITIES)
        }
        for index, audience in enumerate(AUDIENCES)
    }
