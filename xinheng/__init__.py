"""Xinheng 信衡: open trade-credit management."""

__version__ = "0.1.0"
