"""HAR 1.2 → exchanges: the entries that speak to the Interactions API."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from attrs import evolve

from ...testing.json_values import as_list, as_object, is_array
from ..findings import Place
from ..recordings import Exchange, Request, Response
from .exchanges import items_of, route_of
from .items import Item, unreadable

__all__ = ["is_har", "items_of_har"]

NO_BODIES = "export the HAR again, with content"


def is_har(value: Any) -> bool:
    return is_array(as_object(as_object(value).get("log")).get("entries"))


def items_of_har(value: Any, source: str, limit: int) -> Iterator[Item]:
    """The entries one by one; those about anything else are passed over."""
    entries = as_list(value["log"]["entries"])
    found = 0
    for number, entry in enumerate(entries, 1):
        place = Place(source=source, position=f"entry {number}")
        try:
            exchange = exchange_of(entry)
            about = route_of(exchange.request)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"this is no HAR entry ({type(error).__name__}: {error})"
            yield unreadable(place, "har", what)
            continue
        if about is not None:
            found += 1
            yield from entry_items(entry, exchange, place, limit)
    if not found:
        what = f"none of the {len(entries)} entries is a request to the Interactions API"
        yield unreadable(Place(source=source), "empty-har", what)


def entry_items(entry: Any, exchange: Exchange, place: Place, limit: int) -> Iterator[Item]:
    """What is there of an entry; bodies that the export left out are told, not judged."""
    request, response = entry["request"], entry["response"]
    asked = bool(exchange.request.body) or not left_out(request, request.get("bodySize"))
    answered = bool(exchange.response and exchange.response.body) or not left_out(
        response, response["content"].get("size")
    )
    for name, there in (("request", asked), ("response", answered)):
        if not there:
            yield unreadable(place, "no-body", f"the {name} has no body: {NO_BODIES}")
    if not answered:
        exchange = evolve(exchange, response=None)
    yield from items_of(exchange, place, limit, with_request=asked)


def left_out(message: Any, size: Any) -> bool:
    """Whether a message had a body, although none is there. A size of -1 means: not known."""
    if message.get("method", "POST") != "POST" or message.get("status", 200) in (0, 204):
        return False
    return bool(size != 0)


def exchange_of(entry: Any) -> Exchange:
    request, response = entry["request"], entry["response"]
    text: str = as_object(request.get("postData")).get("text", "")
    return Exchange(
        request=Request(
            method=request["method"],
            url=request["url"],
            headers=headers_of(request),
            body=text.encode("utf-8", "surrogatepass"),
        ),
        response=Response(
            status=response["status"],
            headers=headers_of(response),
            body=content_of(response["content"]),
            left=bool(response.get("_error")),
        ),
    )


def headers_of(message: Any) -> dict[str, str]:
    return {header["name"]: header["value"] for header in message.get("headers", ())}


def content_of(content: Any) -> bytes:
    text: str = content.get("text", "")
    if content.get("encoding") == "base64":
        return base64.b64decode(text, validate=True)
    return text.encode("utf-8", "surrogatepass")
