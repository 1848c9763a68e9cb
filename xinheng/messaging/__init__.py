"""Later work, messages out of the house, and the lines in a person's bell.

`messaging.defer("room.verb", …)` starts later work in the caller's transaction; the rest of the
face is looked up on first use, so that importing this package needs no Django set-up.
"""

from importlib import import_module
from typing import Any

_FACE = {
    "defer": "tasks",
    "register": "tasks",
    "task_names": "tasks",
    "UnknownTask": "tasks",
    "notify": "operations",
    "send": "operations",
}


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(import_module(f"xinheng.messaging.{_FACE[name]}"), name)
    raise AttributeError(name)
