"""Whom each kind of change concerns, and how much: the one place for that rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model import Anything, ListOf, MapOf, Type
from .audience import Audience
from .changes import Impact, Severity
from .relation import Side, arms_of, beyond, is_objects, is_text

# Readers, strict readers, senders; `Audience` leaves out those who never meet the thing.
GROUPS: Mapping[str, Mapping[str, Impact]] = {
    "types": {
        "type-added": Impact("additive", "additive", "additive"),
        "variant-added": Impact("additive", "breaking", "additive"),
        "type-removed": Impact("breaking", "breaking", "breaking"),
        "variant-moved": Impact("breaking", "breaking", "breaking"),
        "variant-renamed": Impact("breaking", "breaking", "breaking"),
        "form-changed": Impact("breaking", "breaking", "breaking"),  # at worst, as `retyped`
        "type-renamed": Impact("neutral", "neutral", "neutral"),
        "union-split": Impact("additive", "additive", "additive"),
        "type-split": Impact("neutral", "neutral", "neutral"),
        "name-dropped": Impact("neutral", "neutral", "neutral"),
    },
    "fields": {
        "field-added": Impact("additive", "additive", "additive"),
        "required-field-added": Impact("additive", "additive", "breaking"),
        "field-removed": Impact("breaking", "breaking", "breaking"),
        "field-renamed": Impact("breaking", "breaking", "breaking"),
        "retyped": Impact("breaking", "breaking", "breaking"),  # at worst: see `of_retyping`
        "format-changed": Impact("additive", "additive", "additive"),
        "now-required": Impact("additive", "additive", "breaking"),
        "now-optional": Impact("breaking", "breaking", "additive"),
    },
    "values": {
        "values-added": Impact("additive", "breaking", "additive"),
        "values-removed": Impact("neutral", "neutral", "breaking"),
        "values-unlisted": Impact("neutral", "neutral", "risky"),
        "opened": Impact("additive", "risky", "additive"),
        "closed": Impact("additive", "additive", "breaking"),
    },
    "unions": {
        "member-added": Impact("additive", "breaking", "additive"),
        "member-removed": Impact("breaking", "breaking", "breaking"),
        "discriminator-changed": Impact("breaking", "breaking", "breaking"),
        "any-object-admitted": Impact("additive", "risky", "additive"),
        "any-object-refused": Impact("additive", "additive", "risky"),
    },
    "marks": {
        "deprecated": Impact("additive", "additive", "additive"),
        "undeprecated": Impact("additive", "additive", "additive"),
        "read-only": Impact("neutral", "neutral", "breaking"),
        "not-read-only": Impact("neutral", "neutral", "additive"),
        "write-only": Impact("breaking", "breaking", "neutral"),
        "not-write-only": Impact("additive", "additive", "neutral"),
    },
    "routes": {
        "operation-added": Impact("additive", "additive", "additive"),
        "operation-removed": Impact("breaking", "breaking", "breaking"),
        "method-changed": Impact("neutral", "neutral", "breaking"),
        "path-added": Impact("neutral", "neutral", "additive"),
        "path-removed": Impact("neutral", "neutral", "breaking"),
        "path-changed": Impact("neutral", "neutral", "breaking"),
        "default-path-changed": Impact("neutral", "neutral", "risky"),
        "query-added": Impact("neutral", "neutral", "additive"),
        "query-removed": Impact("neutral", "neutral", "breaking"),
        "query-changed": Impact("neutral", "neutral", "breaking"),
        "body-added": Impact("neutral", "neutral", "additive"),
        "body-removed": Impact("neutral", "neutral", "breaking"),
        "body-changed": Impact("neutral", "neutral", "breaking"),
        "response-added": Impact("additive", "additive", "neutral"),
        "response-removed": Impact("breaking", "breaking", "neutral"),
        "response-changed": Impact("breaking", "breaking", "neutral"),
        "stream-added": Impact("additive", "additive", "neutral"),
        "stream-removed": Impact("breaking", "breaking", "neutral"),
        "stream-changed": Impact("breaking", "breaking", "neutral"),
        "stream-switch-added": Impact("neutral", "neutral", "additive"),
        "stream-switch-removed": Impact("neutral", "neutral", "breaking"),
        "stream-switch-changed": Impact("neutral", "neutral", "breaking"),
        "backend-added": Impact("neutral", "neutral", "additive"),
        "backend-removed": Impact("neutral", "neutral", "breaking"),
        "host-added": Impact("neutral", "neutral", "additive"),
        "host-removed": Impact("neutral", "neutral", "breaking"),
        "host-changed": Impact("neutral", "neutral", "breaking"),
        "api-version-changed": Impact("neutral", "neutral", "breaking"),
        "header-changed": Impact("neutral", "neutral", "neutral"),
    },
}
KINDS: Mapping[str, Impact] = {
    kind: impact for group in GROUPS.values() for kind, impact in group.items()
}


def of_kind(kind: str, audience: Audience) -> Impact:
    worst = KINDS[kind]
    return audience.impact(worst.readers, worst.strict_readers, worst.senders)


def of_retyping(old: Side, was: Type, new: Side, now: Type, audience: Audience) -> Impact:
    """Weigh what the new type admits beyond the old one, and the other way round."""
    while (isinstance(was, ListOf) and isinstance(now, ListOf)) or (
        isinstance(was, MapOf) and isinstance(now, MapOf)
    ):
        was, now = inside(was), inside(now)
    before, after = arms_of(old.revision, was), arms_of(new.revision, now)
    lost = beyond(old, was, new.revision, now)
    gained = beyond(new, now, old.revision, was)
    texts = all(is_text(old.revision, arm) for arm in before) and all(
        is_text(new.revision, arm) for arm in after
    )
    return audience.impact(
        for_readers(old, before, lost, new, after, gained),
        "additive" if texts and not gained else "breaking",
        for_senders(before, lost),
    )


def inside(type_: ListOf | MapOf) -> Type:
    return type_.item if isinstance(type_, ListOf) else type_.value


def for_readers(
    old: Side,
    before: Sequence[Type],
    lost: Sequence[Type],
    new: Side,
    after: Sequence[Type],
    gained: Sequence[Type],
) -> Severity:
    """More of a kind that came before is for strict readers alone; another kind is a risk."""
    if not gained:
        return "additive"
    if len(lost) == len(before) and len(gained) == len(after):
        return "breaking"
    known = {(is_text(old.revision, arm), is_objects(old.revision, arm)) for arm in before}
    of_known_kind = all(
        (is_text(new.revision, arm), is_objects(new.revision, arm)) in known - {(False, False)}
        for arm in gained
    )
    return "additive" if of_known_kind else "risky"


def for_senders(before: Sequence[Type], lost: Sequence[Type]) -> Severity:
    """What is no longer admitted breaks, but for an `any` whose companions all stay."""
    if not lost:
        return "additive"
    return "risky" if list(lost) == [Anything()] and len(before) > 1 else "breaking"
