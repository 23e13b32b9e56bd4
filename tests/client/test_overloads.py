"""What `stream` decides: an interaction or a stream, for every operation that has it."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_interactions import RawResponse
from gemini_interactions._bindings import REVISIONS, bindings_of
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"


@pytest.mark.parametrize("revision", REVISIONS)
def test_stream_decides(server: InteractionsServer, client: Any, revision: str) -> None:
    interactions = client(server, api_revision=revision).interactions
    whole = bindings_of(revision).types.Interaction
    created = interactions.create(model=MODEL, input="x")
    for stream in (False, True):
        for answer in (
            interactions.create(model=MODEL, input="x", stream=stream),
            interactions.get(created.id, stream=stream),
            interactions.with_raw_response.create(model=MODEL, input="x", stream=stream).parse(),
            interactions.with_raw_response.get(created.id, stream=stream).parse(),
        ):
            assert isinstance(answer, whole) is not stream
            if stream:
                assert answer.until_done
                answer.close()


def test_only_a_stream_asks_for_one(server: InteractionsServer, client: Any) -> None:
    interactions = client(server).interactions
    created = interactions.create(model=MODEL, input="x", stream=False)
    assert "stream" not in server.requests[-1].json
    assert server.requests[-1].headers["accept"] == "application/json"
    interactions.get(created.id)
    assert server.requests[-1].raw_query == ""
    interactions.create(model=MODEL, input="x", stream=True).close()
    assert server.requests[-1].json["stream"] is True
    assert server.requests[-1].headers["accept"] == "text/event-stream"
    assert server.requests[-1].headers["accept-encoding"] == "identity"
    interactions.get(created.id, stream=True).close()
    assert server.requests[-1].raw_query == "stream=true"


def test_arguments_are_keywords(server: InteractionsServer, client: Any) -> None:
    interactions = client(server).interactions
    with pytest.raises(TypeError):
        interactions.create(MODEL, "x")
    assert isinstance(interactions.with_raw_response.create(model=MODEL, input="x"), RawResponse)
