"""Users, departments, roles, scopes. `require`, `visible`, `actor_of` and `system` are its face.

Names are looked up on first use, so that importing this package needs no Django set-up.
"""

from importlib import import_module
from typing import Any

_FACE = {
    "require": "guards", "visible": "guards", "in_scope": "guards", "scope_filter": "guards",
    "Forbidden": "guards", "actor_of": "actors", "actor_of_token": "actors",
    "actor_of_secret": "actors", "actor_of_id": "actors", "system": "actors",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(import_module(f"xinheng.access.{_FACE[name]}"), name)
    raise AttributeError(name)
