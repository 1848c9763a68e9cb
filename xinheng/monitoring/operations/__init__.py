"""The only writer of alerts."""

from xinheng.monitoring.operations.handling import assign, close, prefer, snooze
from xinheng.monitoring.operations.recording import Recorded, record

__all__ = ["Recorded", "assign", "close", "prefer", "record", "snooze"]
