"""ADK's computers, as models that use one know them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from google.genai import types

if TYPE_CHECKING:
    from google.adk.models.llm_request import LlmRequest

WAIT: Final = "wait"
SECONDS: Final = 5

Action = Callable[..., Awaitable[Any]]


async def prepare_computer(request: LlmRequest) -> None:
    """Have a computer wait when the model says `wait_5_seconds`; ADK's toolset has only `wait`."""
    tools = request.tools_dict
    if WAIT not in tools or not any(map(uses_computer, request.config.tools or ())):
        return
    from google.adk.tools.computer_use.computer_use_toolset import ComputerUseToolset

    original = tools[WAIT]
    await ComputerUseToolset.adapt_computer_use_tool(WAIT, five_seconds_of, request)
    tools[WAIT] = original


def uses_computer(tool: object) -> bool:
    return isinstance(tool, types.Tool) and tool.computer_use is not None


def five_seconds_of(wait: Action) -> Action:
    """The action under the model's name for it, which ADK takes from the function."""

    async def wait_5_seconds(tool_context: Any = None) -> Any:
        return await wait(SECONDS, tool_context=tool_context)

    return wait_5_seconds
