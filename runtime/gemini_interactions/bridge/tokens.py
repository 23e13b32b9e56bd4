"""Continuation tokens: opaque bytes in generateContent, an opaque text in interactions."""

from __future__ import annotations

from base64 import b64decode, b64encode

from .json_values import base64_text

__all__ = ["read_token", "write_token"]


def write_token(token: str) -> str:
    """The token of an interaction, as the base64 that generateContent has it in."""
    return b64encode(token.encode()).decode()


def read_token(encoded: str) -> str:
    """The way back; what `write_token` did not write stays as it is."""
    try:
        return b64decode(base64_text(encoded), validate=True).decode()
    except ValueError:
        return encoded
