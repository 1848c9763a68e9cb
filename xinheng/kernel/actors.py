"""Who acts: the value that every public operation takes as `by`."""

from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["own", "department", "all"]


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or service, with what it may do and whose customers it may see.

    `permissions` is already the sum over the roles; a token narrows it to its scopes.
    `department_ids` holds the person's department and everything below it.
    """

    id: int | None
    name: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    scope: Scope = "own"
    department_ids: frozenset[int] = field(default_factory=frozenset)
    service: bool = False

    @property
    def label(self) -> str:
        """Return the name under which the journal records this actor."""
        return f"{'service' if self.service else 'user'}:{self.name}"

    def may(self, permission: str) -> bool:
        """Say whether this actor holds a permission at all (rows are a second question)."""
        return permission in self.permissions
