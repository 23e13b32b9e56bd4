"""From interactions to generateContent."""

from .contents import to_contents
from .response import failure, to_response
from .stream import ResponseStream

__all__ = ["ResponseStream", "failure", "to_contents", "to_response"]
