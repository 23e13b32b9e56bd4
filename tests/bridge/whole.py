"""Interactions that have, between them, everything that a response can say."""

from __future__ import annotations

from typing import Any, Final

TEXT: Final = "Ünder the bridge"

COMPLETED: Final[dict[str, Any]] = {
    "id": "i1",
    "model": "m",
    "created": "2026-05-20T12:00:00Z",
    "status": "requires_continuation",
    "continuation_token": "töken",
    "steps": [
        {"type": "google_search_call", "id": "s1", "arguments": {"queries": ["q"]}},
        {
            "type": "google_search_result",
            "call_id": "s1",
            "result": [{"search_suggestions": "<div>q</div>"}],
        },
        {
            "type": "google_search_call",
            "id": "s2",
            "arguments": {"queries": ["picture"]},
            "search_type": "image_search",
        },
        {"type": "google_search_result", "call_id": "s2", "result": []},
        {"type": "url_context_call", "id": "u", "arguments": {"urls": ["https://a.example/"]}},
        {
            "type": "url_context_result",
            "call_id": "u",
            "result": [{"url": "https://a.example/", "status": "success"}],
        },
        {"type": "google_maps_call", "id": "g", "arguments": {"queries": ["bridges"]}},
        {
            "type": "google_maps_result",
            "call_id": "g",
            "result": [
                {
                    "widget_context_token": "w",
                    "places": [
                        {"name": "Tower Bridge", "place_id": "p", "url": "https://p.example/"}
                    ],
                }
            ],
        },
        {"type": "thought", "signature": "c2ln"},
        {
            "type": "model_output",
            "content": [
                {
                    "type": "text",
                    "text": TEXT,
                    "annotations": [
                        {
                            "type": "url_citation",
                            "url": "https://a.example/",
                            "title": "A",
                            "start_index": 0,
                            "end_index": 6,
                        },
                        {
                            "type": "url_citation",
                            "url": "https://b.example/",
                            "start_index": 0,
                            "end_index": 6,
                        },
                        {
                            "type": "file_citation",
                            "document_uri": "files/1",
                            "file_name": "f.pdf",
                            "page_number": 3,
                            "custom_metadata": {"year": 2026, "tag": "x", "all": ["y"]},
                        },
                        {
                            "type": "place_citation",
                            "name": "Tower Bridge",
                            "place_id": "p",
                            "url": "https://p.example/",
                            "review_snippets": [{"review_id": "r", "title": "Nice"}],
                        },
                    ],
                }
            ],
        },
    ],
    "usage": {
        "total_input_tokens": 1,
        "total_output_tokens": 2,
        "total_thought_tokens": 3,
        "total_cached_tokens": 0,
        "total_tool_use_tokens": 4,
        "total_tokens": 10,
        "input_tokens_by_modality": [{"modality": "text", "tokens": 1}],
        "output_tokens_by_modality": [{"modality": "text", "tokens": 2}],
        "cached_tokens_by_modality": [{"modality": "image", "tokens": 0}],
        "tool_use_tokens_by_modality": [{"modality": "text", "tokens": 4}],
    },
}
BLOCKED: Final[dict[str, Any]] = {
    "id": "i2",
    "status": "failed",
    "errors": [{"code": "prohibited_content", "message": "Not this."}],
}
OLD: Final[dict[str, Any]] = {
    "id": "i3",
    "status": "completed",
    "outputs": [
        {
            "type": "google_search_result",
            "call_id": "s",
            "result": [{"url": "https://c.example/", "title": "C", "rendered_content": "<p>"}],
        },
        {
            "type": "text",
            "text": "It is so.",
            "annotations": [{"start_index": 0, "end_index": 2, "source": "https://d.example/"}],
        },
    ],
    "usage": {"total_reasoning_tokens": 7},
}
INTERACTIONS: Final = [
    ("2026-05-20", COMPLETED),
    ("2026-05-20", BLOCKED),
    ("2025-12-11", OLD),
]
