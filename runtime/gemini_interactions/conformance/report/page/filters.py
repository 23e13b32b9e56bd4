"""Filters of a section. They appear only where the script runs that makes them work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..markup import attribute, text


def filter_form(what: str, boxes: Mapping[str, str]) -> Iterator[str]:
    """`boxes` are the marks that can be asked for, with their labels."""
    yield '<form class="filter" hidden>'
    yield f'<input type="search" aria-label={attribute(f"Filter {what}")} placeholder="Filter">'
    for name, label in boxes.items():
        yield f'<label><input type="checkbox" name={attribute(name)}>{text(label)}</label>'
    yield '</form><p class="none soft" hidden>Nothing fits this filter.</p>'
