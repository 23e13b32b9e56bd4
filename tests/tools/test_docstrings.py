"""Docstrings in the styles there are, and in none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions.tools.docstrings import read_docstring

GOOGLE = """Find words.

    In a text, that is.

    Note:
        Slow.

    Args:
        text (str): Where to look,
            and it may be long: very.
        *words: What to look for.

        limit (Optional[int], optional): At most.
        bare

    Returns:
        limit: not of the parameters
    """
NUMPY = """Find words.

    Parameters
    ----------
    text : str
        Where to look,
        and it may be long.
    x, y : int, optional
        Both.
    bare

    Returns
    -------
    text : str
        Not of the parameters.
    """
SPHINX = """Find words.

    :param text: Where to look,
        and it may be long.
    :type text: str
    :param int limit: At most.
    :keyword key: Key.
    :returns: limit
    :raises ValueError: never
    """


def test_google() -> None:
    said = read_docstring(GOOGLE)
    assert said.prose == "Find words.\n\nIn a text, that is."
    assert said.parameters == {
        "text": "Where to look, and it may be long: very.",
        "words": "What to look for.",
        "limit": "At most.",
    }


def test_numpy() -> None:
    said = read_docstring(NUMPY)
    assert said.prose == "Find words."
    assert said.parameters == {
        "text": "Where to look, and it may be long.",
        "x": "Both.",
        "y": "Both.",
        "bare": "",
    }


def test_sphinx() -> None:
    said = read_docstring(SPHINX)
    assert said.prose == "Find words."
    assert said.parameters == {
        "text": "Where to look, and it may be long.",
        "limit": "At most.",
        "key": "Key.",
    }


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        (None, ""),
        ("", ""),
        ("One line.", "One line."),
        ("\n    Two\n      lines.\n", "Two\n  lines."),
        ("Arguments: are good.", "Arguments: are good."),
        (
            "It says:\n\n    Args:\n        none\nAt all.",
            "It says:\n\n    Args:\n        none\nAt all.",
        ),
        ("Title\n-----\n\nText.", "Title\n-----\n\nText."),
        ("Args:\n    x: Text.\n", ""),
    ],
)
def test_prose(text: str | None, prose: str) -> None:
    assert read_docstring(text).prose == prose


def test_a_section_ends_where_its_lines_are_not_indented_any_more() -> None:
    said = read_docstring("Find.\n\nArgs:\n    x: Text.\nmore: prose\n")
    assert said.parameters == {"x": "Text."}


@given(st.lists(st.sampled_from([*GOOGLE.splitlines(), *NUMPY.splitlines(), *SPHINX.splitlines()])))
def test_any_mixture_is_read(lines: list[str]) -> None:
    said = read_docstring("\n".join(lines))
    assert all(name.isidentifier() for name in said.parameters)
