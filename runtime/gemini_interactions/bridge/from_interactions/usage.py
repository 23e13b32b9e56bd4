"""Token counts, as they were sent: nothing is added up."""

from __future__ import annotations

from typing import Final

from ..fields import Fields
from ..json_values import Json

__all__ = ["usage_metadata"]

_COUNTS: Final = {
    "total_input_tokens": "promptTokenCount",
    "total_output_tokens": "candidatesTokenCount",
    "total_thought_tokens": "thoughtsTokenCount",
    "total_reasoning_tokens": "thoughtsTokenCount",
    "total_cached_tokens": "cachedContentTokenCount",
    "total_tool_use_tokens": "toolUsePromptTokenCount",
    "total_tokens": "totalTokenCount",
}
_DETAILS: Final = {
    "input_tokens_by_modality": "promptTokensDetails",
    "output_tokens_by_modality": "candidatesTokensDetails",
    "cached_tokens_by_modality": "cacheTokensDetails",
    "tool_use_tokens_by_modality": "toolUsePromptTokensDetails",
}


def usage_metadata(usage: Fields) -> Json:
    found: Json = {}
    for name, ours in _COUNTS.items():
        count = usage.take(name, int)
        if count is not None:
            found[ours] = count
    for name, ours in _DETAILS.items():
        counts = [_modality(count) for count in usage.objects(name)]
        if counts:
            found[ours] = counts
    usage.close("generateContent does not count it")
    return found


def _modality(count: Fields) -> Json:
    modality, tokens = count.take("modality", str), count.take("tokens", int)
    count.close()
    found: Json = {} if modality is None else {"modality": modality.upper()}
    return found if tokens is None else {**found, "tokenCount": tokens}
