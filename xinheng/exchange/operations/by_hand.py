"""Record one customer that a person has typed in: the rules, checks and verbs of a file of one row.

What a form may hold and what a file may hold can then never drift apart.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from xinheng import access
from xinheng.exchange import reading
from xinheng.exchange.faults import Fault
from xinheng.exchange.kinds import KINDS, custom
from xinheng.exchange.operations.applying import one_at_a_time
from xinheng.exchange.operations.regrouping import follow_groups
from xinheng.exchange.staging import Staging
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal, say
from xinheng.parties import operations as parties
from xinheng.parties.models import Customer


class CustomerChanged(Refusal):
    """Somebody else has changed the customer since the form was shown."""

    code = "customer-changed"
    zh = "客户“{customer}”刚被他人修改过，请在最新的资料上再改一次。"
    en = "Customer “{customer}” has just been changed by somebody else; edit the newest state."
    status = 409


class _Refused(Exception):
    """Ends the transaction of a row that is refused."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(len(faults))


def record_customer(
    *, by: Actor, row: Mapping[str, str], today: date, seen: str | None
) -> tuple[Fault, ...]:
    """Create or change a customer; return what is wrong with the row, nothing when it is recorded.

    row:     column of the import → text; a column left out keeps its value
    seen:    None creates; else `changed_xid` of the customer as the form showed it
    refuses: Forbidden, CustomerChanged
    """
    access.require(by, "customers.write")
    try:
        with transaction.atomic():
            parties.hold_merges(by=access.system("exchange"))
            one_at_a_time(by=by, kind="customers")
            _guard(by, str(row.get("code", "")).strip(), seen)
            _record(by, row, today)
    except _Refused as refused:
        return refused.faults
    return ()


def _guard(by: Actor, code: str, seen: str | None) -> None:
    """Lock an existing customer that is as it was seen; a new one must not exist yet."""
    known = Customer.objects.select_for_update().filter(code=code).first()
    if seen is None:
        if known is not None or Customer.every.filter(code=code).exists():
            raise _Refused([Fault(1, "code", "customer-exists", {"text": code})])
        return
    if known is not None:
        access.require(by, "customers.write", known)
    if known is None or str(known.changed_xid) != seen:
        raise CustomerChanged(customer=code)


def _record(by: Actor, row: Mapping[str, str], today: date) -> None:
    staging = Staging(custom.current(KINDS["customers"]), by)
    staging.open()
    outlet = _Outlet()
    reading.stage_table(outlet, reading.table_of_rows([row]), staging.kind, None, today)
    staging.present = frozenset(outlet.facts["present"])
    staging.load(outlet.pieces)
    staging.judge()
    faults = staging.faults()
    if not faults:
        relation = staging.hand_over(None)
        outcome = parties.record_staged_customers(
            by=by, batch_id=None, relation=relation, present=staging.present
        )
        stuck = follow_groups(by=by, relation=relation, on=today, kind="customers")
        faults = [_fault(one.column, one.refusal) for one in (*outcome.refused, *stuck)]
    staging.close()
    if faults:
        raise _Refused(faults)


class _Outlet:
    """Takes the stream of one row in this process."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.facts: dict[str, Any] = {}

    def data(self, body: bytes) -> None:
        self.pieces.append(body)

    def message(self, body: dict[str, Any]) -> None:
        self.facts.update(body)


def _fault(column: str, refusal: Refusal) -> Fault:
    said = {"zh": say(refusal, "zh"), "en": say(refusal, "en"), "books": refusal.code}
    return Fault(1, column, "refused-by-books", said)
