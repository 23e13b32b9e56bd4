"""The options of a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .._bindings import LATEST
from . import scenarios
from .answer import Answer
from .conversation import Conversation
from .families import REVISIONS


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the service behaves; `InteractionsServer` says what each option means."""

    revision: str = LATEST
    event_ids: bool = True
    typeless_agents: bool = True
    require_auth: bool = False
    strict: bool = False
    polls_until_done: int = 2
    delete_answer: Literal["object", "empty", "no_content"] = "object"
    seed: int = 0
    scenario: Callable[[Conversation], Answer] = scenarios.answer

    def __post_init__(self) -> None:
        if self.revision not in REVISIONS:
            known = ", ".join(REVISIONS)
            raise ValueError(f"unknown API revision {self.revision!r}; known: {known}")
        if self.polls_until_done < 1:
            raise ValueError("polls_until_done must be at least 1")
