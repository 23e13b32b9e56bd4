"""What no command can do: where a new revision asks for a pair of eyes in the rest of the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from .bump import Bump, Places
from .diff.changes import Diff
from .diff.wording import AUDIENCES, severities, words
from .errors import printable
from .openapi.report import line_of
from .source import Source, references, target_of
from .vendoring.overloads import with_overloads

RUNTIME = Path("runtime") / "gemini_interactions"
CLIENTS = (RUNTIME / "client.py", RUNTIME / "aio" / "client.py")
TEXTS = ("runtime/**/*.py", "examples/**/*.py", "README.md", "docs/*.md")
TEXT_IN_QUOTES = re.compile(r'"([^"\\\n]*)"')
# What to do about a section of the import's report; the sections that are not here need nothing.
DECISIONS = {
    "undescribed": "Describe these, a line each",
    "named": "Look at names that differ from the document's: each becomes public",
    "placed": "Look at the families of new types: each becomes a module's",
    "gone": "Look whether these are gone on purpose",
    "deviations_dropped": "Look whether the wire has stopped to deviate: these were dropped",
    "kept": "Look whether these still hold, though the document does not say them",
    "loosened": "Look at what the document says and the inventory does not",
}


@frozen
class Matter:
    """What is to be done, and with what."""

    title: str
    items: Sequence[str]


def matters(bump: Bump, places: Places) -> Iterator[Matter]:
    """Everything that is to be looked at, in the order in which one would."""
    found = [
        *(
            Matter(title, [line_of(entry) for entry in bump.report.sections[section]])
            for section, title in DECISIONS.items()
        ),
        *matters_of_diff(bump, places.spec.resolve().parent),
    ]
    return (matter for matter in found if matter.items)


def matters_of_diff(bump: Bump, repository: Path) -> Iterator[Matter]:
    if bump.diff is None:
        return
    old, new = bump.diff.old, bump.diff.new
    yield Matter("Look at what breaks programs", list(breaking(bump.diff)))
    yield Matter(
        "Teach the runtime what a stream can hold now: no module of it names these",
        new_to_the_runtime(bump.sources[old], bump.sources[new], repository),
    )
    yield Matter(
        f"Type these for every revision but the newest: {old} may lack its overload",
        clients_without_overloads(list(bump.sources), repository),
    )
    yield Matter(
        f"Look at texts that speak of {old} and not of {new}", texts_about(old, new, repository)
    )


def breaking(diff: Diff) -> Iterator[str]:
    for entry in diff.entries:
        for change in entry.all_changes:
            impact = zip(AUDIENCES, severities(change.impact), strict=True)
            who = [name for name, severity in impact if severity == "breaking"]
            if who not in ([], ["strict readers"]):
                name = ".".join(
                    filter(None, (entry.new or entry.old, change.new_field or change.old_field))
                )
                yield printable(f"{name}: {words(change, str)} (for {', '.join(who)})")


def new_to_the_runtime(before: Source, now: Source, repository: Path) -> list[str]:
    """New events, and new values of what events carry, that no module of the runtime names."""
    named = {
        text
        for path in (repository / RUNTIME).rglob("*.py")
        if "testing" not in path.parts
        for text in TEXT_IN_QUOTES.findall(text_of(path))
    }
    known = values_in_streams(before)
    return [
        f"{name} {value}"
        for name, values in values_in_streams(now).items()
        for value in values
        if value not in known.get(name, ()) and value not in named
    ]


def values_in_streams(source: Source) -> Mapping[str, tuple[str, ...]]:
    """The tags of events, and the values of the unions and enums that stand right in an event."""
    streams = {
        target_of(operation["stream"])
        for operation in source.routes["operations"].values()
        if "stream" in operation
    }
    events = [event for stream in sorted(streams) for event in targets(source, stream)]
    inside = [target for event in events for target in targets(source, event)]
    return {
        name: values
        for name in dict.fromkeys([*sorted(streams), *inside])
        if (values := values_of(source, name))
    }


def targets(source: Source, name: str) -> Iterator[str]:
    for _, holder, key in references(source.definitions[name]):
        yield target_of(holder[key])


def values_of(source: Source, name: str) -> tuple[str, ...]:
    schema = source.definitions[name]
    return tuple(schema.get("discriminator", {}).get("mapping") or schema.get("enum", ()))


def clients_without_overloads(labels: list[str], repository: Path) -> list[str]:
    """The clients that are not typed for each revision but the newest."""
    return [
        path.as_posix()
        for path in CLIENTS
        if (repository / path).is_file()
        and not is_typed_for(text_of(repository / path), labels[:-1])
    ]


def is_typed_for(client: str, labels: list[str]) -> bool:
    try:
        return with_overloads(client, labels) == client
    except SyntaxError:
        return False


def text_of(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def texts_about(label: str, unless: str, repository: Path) -> list[str]:
    """The texts that speak of the one revision and not of the other."""
    texts = [path for pattern in TEXTS for path in sorted(repository.glob(pattern))]
    return [
        path.relative_to(repository).as_posix()
        for path in texts
        if label in (text := text_of(path)) and unless not in text
    ]
