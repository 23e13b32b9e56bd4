# Copied by interactions-codegen 0.1.0: the same for every revision.

"""The shape of a revision's route table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import frozen


@frozen(kw_only=True)
class Backend:
    """Where a deployment of the API lives. `hosts` is by location, `*` stands for all others."""

    hosts: Mapping[str, str]
    api_version: str


@frozen(kw_only=True)
class Parameter:
    """One query parameter."""

    name: str
    kind: Literal["string", "boolean", "integer"]


@frozen(kw_only=True)
class Route:
    """One operation: everything a request needs but its values.

    `paths` holds one path template per way of addressing: `gemini`, `vertex` (within a project
    and location) and `vertex_unscoped`; `vertex_default` names the one that this revision's
    service answers to. `stream_switch` says where `stream` is set.
    """

    operation: str
    method: Literal["GET", "POST", "DELETE"]
    paths: Mapping[str, str]
    vertex_default: Literal["vertex", "vertex_unscoped"]
    query: tuple[Parameter, ...] = ()
    body: Any = None
    response: Any = None
    stream: Any = None
    stream_switch: Literal["body", "query"] | None = None
