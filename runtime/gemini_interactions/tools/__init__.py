"""Functions of your own as tools, and their results for the model.

    from gemini_interactions.tools import FunctionTool, Toolbox, function_result

`mcp_tools`, in `gemini_interactions.tools.mcp`, makes tools of what MCP servers offer.
"""

from __future__ import annotations

from .functions import FunctionTool
from .results import function_result
from .toolbox import Tool, Toolbox

__all__ = ["FunctionTool", "Tool", "Toolbox", "function_result"]
