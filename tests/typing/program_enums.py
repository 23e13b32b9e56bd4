"""Enums are open: known values complete and compare, any other string is welcome."""

from __future__ import annotations

import enum

from typing_extensions import assert_type

from gemini_interactions_types import v2026_05_20 as api


class Mine(str, enum.Enum):
    DONE = "completed"


def is_over(interaction: api.Interaction, waiting: str) -> bool:
    if interaction.status == "completed" or interaction.status == waiting:
        return True
    return interaction.status in ("failed", "a_status_of_tomorrow")


def made(name: str) -> list[object]:
    status: api.InteractionStatus = name
    assert_type(status.upper(), str)
    return [
        api.CreateModelInteraction(model=name),
        api.CreateModelInteraction(model="gemini-99-ultra"),
        api.EventInteraction(id="a", status=Mine.DONE),
        api.GenerationConfig(thinking_level="galactic"),
        api.INTERACTION_STATUS_VALUES.index("completed"),
    ]
