"""Book many acts in one go, each as if it had come alone and in order.

The accounts concerned are locked first, so what fits can be told in order without trying; what
fits is then one INSERT, which the trigger judges once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection

from xinheng.exposure import many_sql, sql
from xinheng.exposure.refusals import AccountHalted, LimitExceeded
from xinheng.exposure.rules import Authority, Line, Node
from xinheng.kernel import money
from xinheng.kernel.refusals import Refusal

LARGEST_STATEMENT = 20_000  # entries of one INSERT; the client holds as many at once


class Interrupted(Exception):
    """A key was booked by somebody else meanwhile; leave the savepoint and look again."""


@dataclass(slots=True)
class Accounts:
    """The locked accounts of an act, and the path of each leaf."""

    nodes: dict[int, Node]
    paths: dict[int, list[int]]

    def refusal(self, account_id: int, net_minor: int, authority: Authority) -> Refusal | None:
        """Return what the trigger would refuse, asking the accounts in id order as it does."""
        if net_minor <= 0 or authority.kind == "carried":
            return None
        for node_id in sorted(self.paths[account_id]):
            node = self.nodes[node_id]
            if node.is_halted:
                return AccountHalted(account=node.id)
            if not node.covers(net_minor, authority.excess_minor):
                return exceeded(node, net_minor)
        return None

    def add(self, account_id: int, net_minor: int) -> None:
        """Count what was booked, for those that come after it."""
        for node_id in self.paths[account_id]:
            node = self.nodes[node_id]
            self.nodes[node_id] = replace(node, used_minor=node.used_minor + net_minor)


def exceeded(node: Node, net_minor: int) -> LimitExceeded:
    """Return the refusal of a node that does not cover `net_minor`."""
    amounts = {"limit": node.ceiling_minor or 0, "used": node.used_minor, "asked": net_minor}
    named = {name: money.text(minor, node.currency) for name, minor in amounts.items()}
    return LimitExceeded(account=node.id, mode=node.mode, currency=node.currency, **named)


def lock(account_ids: Sequence[int]) -> Accounts:
    """Lock accounts and everything above them, in id order, and read where they stand."""
    ids = sorted(set(account_ids))
    with connection.cursor() as cursor:
        cursor.execute(many_sql.LOCK, [ids])
        nodes = {row[0]: Node(*row) for row in cursor.fetchall()}
        cursor.execute(many_sql.PATHS, [ids])
        paths = {row[0]: row[1] for row in cursor.fetchall()}
    return Accounts(nodes, paths)


def insert(lines: Sequence[Line]) -> dict[str, int]:
    """Insert entries and return the id of each key; Interrupted when a key was on record."""
    ids: dict[str, int] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(lines), LARGEST_STATEMENT):
            part = lines[start : start + LARGEST_STATEMENT]
            columns = [list(column) for column in zip(*map(sql.values, part), strict=True)]
            cursor.execute(sql.INSERT_MANY, columns)
            ids |= {key: entry_id for entry_id, key in cursor.fetchall()}
    if len(ids) < len(lines):
        raise Interrupted
    return ids


def runs(acts: Sequence[list[Line]]) -> list[list[Line]]:
    """Return the statements that book these acts in order.

    What passes a limit by an authority of its own stands alone: the trigger holds all
    reservations of a statement to the least of their excesses.
    """
    statements: list[list[Line]] = []
    is_open = False
    for lines in acts:
        is_alone = any(line.authority.excess_minor for line in lines)
        if is_alone or not is_open:
            statements.append([])
        statements[-1] += lines
        is_open = not is_alone
    return statements
