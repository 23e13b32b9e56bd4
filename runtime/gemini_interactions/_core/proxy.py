"""A proxy's address, apart from the name and password in it."""

from __future__ import annotations

from base64 import b64encode
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

    def headers(self) -> dict[str, str]:
        """What the proxy wants to know, and nobody else."""
        if not self.user:
            return {}
        login = b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Proxy-Authorization": f"Basic {login}"}
