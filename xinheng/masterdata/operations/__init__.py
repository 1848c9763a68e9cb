"""The verbs of master data: `from xinheng.masterdata import operations as masterdata`."""

from xinheng.masterdata.operations.merging import merge, undo

__all__ = ["merge", "undo"]
