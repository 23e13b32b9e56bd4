"""What a tool of an MCP server answered, as a value for `function_result`.

| the answer has                              | the value is                                       |
|---------------------------------------------|----------------------------------------------------|
| anything but texts in its content           | the content, block by block                        |
| structured content                          | that: the texts only repeat it                     |
| one text, several, none                     | the text, the list of text blocks, `None`          |

Embedded resources become the block that their MIME type asks for, links the JSON of the link.
"""

from __future__ import annotations

import json
from typing import Any

from mcp import types

Json = dict[str, Any]


def value_of(result: types.CallToolResult) -> Any:
    texts = [block for block in result.content if isinstance(block, types.TextContent)]
    if len(texts) == len(result.content):
        if result.structured_content is not None:
            return result.structured_content
        if len(texts) < 2:
            return texts[0].text if texts else None
    return [block_of(block) for block in result.content]


def block_of(block: types.ContentBlock) -> Json:
    if isinstance(block, types.TextContent):
        return text_block(block.text)
    if isinstance(block, (types.ImageContent, types.AudioContent)):
        return {"type": block.type, "mime_type": block.mime_type, "data": block.data}
    if isinstance(block, types.EmbeddedResource):
        return block_of_resource(block.resource)
    link = block.model_dump(mode="json", by_alias=True, exclude_none=True)
    return text_block(json.dumps(link, ensure_ascii=False))


def block_of_resource(
    resource: types.TextResourceContents | types.BlobResourceContents,
) -> Json:
    if isinstance(resource, types.TextResourceContents):
        return text_block(resource.text)
    mime_type = resource.mime_type or "application/octet-stream"
    major = mime_type.partition("/")[0]
    kind = major if major in ("image", "audio", "video") else "document"
    return {"type": kind, "mime_type": mime_type, "data": resource.blob}


def text_block(text: str) -> Json:
    return {"type": "text", "text": text}


def failure_text(result: types.CallToolResult) -> str:
    """The first text of a failed call."""
    texts = (block.text for block in result.content if isinstance(block, types.TextContent))
    return next(texts, "the tool failed")
