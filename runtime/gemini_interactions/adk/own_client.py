"""The client of a model that was given none."""

from __future__ import annotations

from typing import Any

from ..aio import AsyncClient


class OwnClient:
    """Built when it is first needed. A copy, or what was pickled, builds one for itself."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._arguments = arguments
        self._client: AsyncClient[Any] | None = None

    def get(self) -> AsyncClient[Any]:
        if self._client is None:
            self._client = AsyncClient(**self._arguments)
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return OwnClient, (self._arguments,)
