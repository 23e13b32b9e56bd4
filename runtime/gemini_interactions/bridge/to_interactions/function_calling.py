"""Whether functions among the tools are called, and how often, as a config says it."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ..fields import Fields

__all__ = ["FunctionCalling"]

_MOST_REQUESTS: Final = 10


@frozen
class FunctionCalling:
    """Calls are made unless the config says otherwise, as google-genai has it."""

    is_on: bool = True
    most_requests: int = _MOST_REQUESTS
    """How often the model may be asked, the first time included."""
    keeps_history: bool = True

    @property
    def max_rounds(self) -> int:
        """How many rounds of calls that leaves: the results of each need a request."""
        return self.most_requests - 1

    @classmethod
    def read(cls, config: Fields) -> FunctionCalling:
        said = config.object("automatic_function_calling")
        if said is None:
            return cls()
        path = said.path_of("maximum_remote_calls")
        most = said.take("maximum_remote_calls", int)
        if most is not None:
            said.report.changed(path, "requests are counted in rounds of calls: one less")
        found = cls(
            is_on=said.take("disable", bool) is not True,
            most_requests=_MOST_REQUESTS if most is None else most,
            keeps_history=said.take("ignore_call_history", bool) is not True,
        )
        said.close()
        return found
