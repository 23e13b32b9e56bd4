"""Steps of the tools that the service runs by itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import steps
from .conversation import Conversation
from .json_values import Json

Pair = list[Json]


def server_tool_steps(talk: Conversation) -> list[Json]:
    """A call step and a result step for every such tool that the request declares."""
    found: list[Json] = []
    for tool in talk.tools:
        build = _BUILDERS.get(str(tool.get("type")))
        found += build(talk, tool) if build else []
    return found


def _seed(talk: Conversation, kind: str) -> object:
    return (kind, len(talk.steps), talk.prompt)


def _google_search(talk: Conversation, tool: Json) -> Pair:
    seed = _seed(talk, "search")
    query = re.sub(r"^\s*search( for)?\s+", "", talk.prompt, flags=re.IGNORECASE).strip(" ?.!")
    found = {"search_suggestions": f"<div>{query}</div>"}
    return [
        steps.tool_call("google_search", seed, arguments={"queries": [query]}),
        steps.tool_result("google_search", seed, is_error=False, result=[found]),
    ]


def _code_execution(talk: Conversation, tool: Json) -> Pair:
    seed = _seed(talk, "code")
    numbers = re.findall(r"\d+", talk.prompt) or ["1", "2"]
    code = f"print({' + '.join(numbers)})"
    result = f"{sum(map(int, numbers))}\n"
    return [
        steps.tool_call("code_execution", seed, arguments={"code": code, "language": "python"}),
        steps.tool_result("code_execution", seed, is_error=False, result=result),
    ]


def _url_context(talk: Conversation, tool: Json) -> Pair:
    seed = _seed(talk, "url")
    urls = re.findall(r"https?://[^\s\"'<>]+", talk.prompt) or ["https://example.com/"]
    pages = [{"url": url, "status": "success"} for url in urls]
    return [
        steps.tool_call("url_context", seed, arguments={"urls": urls}),
        steps.tool_result("url_context", seed, is_error=False, result=pages),
    ]


def _google_maps(talk: Conversation, tool: Json) -> Pair:
    seed = _seed(talk, "maps")
    place = {"name": "Example Place", "place_id": "place-1", "url": "https://example.com/place"}
    return [
        steps.tool_call("google_maps", seed, arguments={"queries": [talk.prompt]}),
        steps.tool_result("google_maps", seed, result=[{"places": [place]}]),
    ]


def _file_search(talk: Conversation, tool: Json) -> Pair:
    seed = _seed(talk, "files")
    return [steps.tool_call("file_search", seed), steps.tool_result("file_search", seed)]


def _mcp_server(talk: Conversation, tool: Json) -> Pair:
    seed = _seed(talk, "mcp")
    name = {"name": "lookup", "server_name": str(tool.get("name", "server"))}
    call = steps.tool_call("mcp_server_tool", seed, **name, arguments={"query": talk.prompt})
    result = steps.tool_result("mcp_server_tool", seed, **name, result="Nothing unusual found.")
    # These two are the only tool steps that carry no signature.
    return [{k: v for k, v in step.items() if k != "signature"} for step in (call, result)]


_BUILDERS: dict[str, Callable[[Conversation, Json], Pair]] = {
    "google_search": _google_search,
    "code_execution": _code_execution,
    "url_context": _url_context,
    "google_maps": _google_maps,
    "file_search": _file_search,
    "mcp_server": _mcp_server,
}
