"""A local Interactions API on real sockets, for tests, demos and benchmarks.

Importing this needs nothing beyond the standard library; starting a server needs aiohttp
(`pip install 'gemini-interactions[server]'`).
"""

from .answer import Answer
from .conversation import Conversation
from .families import REVISIONS
from .fault_plan import FaultPlan, PlannedFault
from .faults import FAULTS, Fault, fault_table
from .markers import SCENARIOS
from .recorded import RecordedRequest
from .run import Run
from .server import InteractionsServer, serve_forever
from .store import Store

__all__ = [
    "FAULTS",
    "REVISIONS",
    "SCENARIOS",
    "Answer",
    "Conversation",
    "Fault",
    "FaultPlan",
    "InteractionsServer",
    "PlannedFault",
    "RecordedRequest",
    "Run",
    "Store",
    "fault_table",
    "serve_forever",
]
