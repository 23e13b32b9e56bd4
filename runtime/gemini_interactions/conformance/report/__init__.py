"""What a run found, and the ways to tell it: for a terminal, programs, CI and a browser."""

from .report import Group, InputResult, Report, Totals
from .timeline import Lane, Mark, Timeline

__all__ = ["Group", "InputResult", "Lane", "Mark", "Report", "Timeline", "Totals"]
