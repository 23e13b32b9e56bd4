"""A Python SDK for the Gemini Interactions API."""

from typing import Final

__version__: Final = "0.1.0"
