"""A proxy's address, apart from the name and password in it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from attrs import field, frozen


@frozen
class Proxy:
    address: str
    user: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def of(cls, url: str) -> Proxy:
        parts = urlsplit(url)
        return cls(
            address=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
