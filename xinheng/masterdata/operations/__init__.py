"""The verbs of master data: `from xinheng.masterdata import operations as masterdata`."""

from xinheng.masterdata.operations.judging import judge
from xinheng.masterdata.operations.merging import merge, undo
from xinheng.masterdata.operations.searching import after_import, execute, request

__all__ = ["after_import", "execute", "judge", "merge", "request", "undo"]
