"""MCP servers for programs that cannot await: an event loop in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from attrs import frozen
from mcp import Client

from ...errors import ToolConnectionError
from .listing import McpTool, mcp_tools


@frozen(eq=False, repr=False)
class WaitingTool:
    """A tool that is called in the event loop of another thread, and waited for in this one."""

    inner: McpTool
    portal: BlockingPortal

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def declaration(self) -> Mapping[str, Any]:
        return self.inner.declaration

    @property
    def is_async(self) -> bool:
        return False

    def prepare(self, arguments: Mapping[str, Any]) -> Callable[[], Any]:
        return partial(self._wait_for, self.inner.prepare(arguments))

    def _wait_for(self, call: Callable[[], Any]) -> Any:
        try:
            return self.portal.call(call)
        except RuntimeError as error:  # the portal's own: those of the call have names
            raise ToolConnectionError(
                "the server is not connected any more", tool=self.name
            ) from error

    def __repr__(self) -> str:
        return f"WaitingTool({self.name!r})"


@contextmanager
def open_mcp_tools(
    server: Any, *, prefix: str = "", timeout: float | None = None
) -> Generator[list[WaitingTool]]:
    """Connect to an MCP server and offer its tools; they work until the end of the `with` block.

    `server` is whatever `mcp.Client` takes: `mcp.StdioServerParameters`, a URL, a transport. The
    tools may be called from any thread. `prefix` and `timeout` are those of `mcp_tools`.
    """
    with ExitStack() as opened:
        portal = opened.enter_context(start_blocking_portal())
        client = connected(opened, portal, server)
        tools = portal.call(partial(mcp_tools, client, prefix=prefix, timeout=timeout))
        yield [WaitingTool(tool, portal) for tool in tools]


def connected(opened: ExitStack, portal: BlockingPortal, server: Any) -> Client:
    """A client that is closed without a word of what was raised meanwhile, which is not its own."""
    connection = portal.wrap_async_context_manager(Client(server))
    try:
        client = connection.__enter__()
    except Exception as error:
        raise ToolConnectionError(f"no connection to the MCP server: {cause_of(error)}") from error
    opened.callback(connection.__exit__, None, None, None)
    return client


def cause_of(error: BaseException) -> BaseException:
    """The first error inside of groups of errors, which is what went wrong."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return cause_of(inner[0]) if inner else error
