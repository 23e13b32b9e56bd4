"""Reading recorded traffic: bytes of many forms → payloads and streams, in bounded memory."""

from .items import Item, StreamEnd, StreamEvent, StreamStart, Subject
from .payloads import As
from .reading import LIMIT, Reading, read
from .sources import STDIN, Source, Sources, find_sources

__all__ = [
    "LIMIT",
    "STDIN",
    "As",
    "Item",
    "Reading",
    "Source",
    "Sources",
    "StreamEnd",
    "StreamEvent",
    "StreamStart",
    "Subject",
    "find_sources",
    "read",
]
