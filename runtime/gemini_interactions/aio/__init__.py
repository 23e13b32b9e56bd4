"""The client for asyncio, over aiohttp: `pip install "gemini-interactions[aio]"`.

Importing this needs asyncio only; aiohttp is loaded with the first request.
"""

from .client import AsyncClient
from .stream import AsyncStream

__all__ = ["AsyncClient", "AsyncStream"]
