"""Failures before and after every statement of the money path, and what must hold afterwards.

Each scenario prepares books of its own and names one act. The act is tried with a failure at its
first point, its second, and so on, until it runs to its end; after each failure the books must be
what they were. Run as a program, the failure is the end of a process instead of an exception.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from django.db import connection, connections

ON = date(2026, 3, 1)
PAST = datetime(2020, 1, 1, tzinfo=UTC)
MOST = 400  # points of one act, so that a scenario that never ends does end
ENDED = 9
ONCE = {"merge"}  # masterdata sees to it that a merge is asked for once

# Everything an act may change, in one line.
SEE = """
SELECT (SELECT md5(string_agg(to_jsonb(a)::text, ' ' ORDER BY id)) FROM exposure_account a),
       (SELECT md5(string_agg(to_jsonb(e)::text, ' ' ORDER BY id)) FROM exposure_entry e),
       (SELECT md5(string_agg(to_jsonb(r)::text, ' ' ORDER BY id)) FROM exposure_rung r),
       (SELECT md5(string_agg(to_jsonb(p)::text, ' ' ORDER BY entry_id)) FROM exposure_pending p),
       (SELECT count(*) FROM journal_event), (SELECT count(*) FROM journal_payload)
"""

Act = Callable[[], Any]


class Fault(Exception):
    """The failure that a trial asks for."""


@dataclass
class Failpoint:
    """Wraps every statement; fails at its `at`-th point (two a statement: before and after)."""

    at: int
    ends_process: bool = False
    statements: list[str] = field(default_factory=list)
    fired: bool = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        number = 2 * len(self.statements)
        self.statements.append(" ".join(sql.split()[:4]))
        self._pass(number)
        try:
            return execute(sql, params, many, context)
        finally:
            # After a statement that the database refused, too.
            self._pass(number + 1)

    def _pass(self, number: int) -> None:
        if number == self.at and not self.fired:
            self.fired = True
            if self.ends_process:
                os._exit(ENDED)
            raise Fault(f"at point {number}: {self.statements[-1]}")


@dataclass
class Trial:
    """What became of one scenario: how many points, at which statements, and what went wrong."""

    points: int = 0
    statements: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def scenarios() -> dict[str, Callable[[], Act]]:
    """Return the acts of the money path, each with the books it needs."""
    from tests import make
    from xinheng.exposure import operations as exposure
    from xinheng.exposure.operations import merging
    from xinheng.exposure.realignment import Realignment
    from xinheng.exposure.rules import Asked
    from xinheng.parties.merging import Move

    by = make.CLERK

    def account(limit: int = 1_000) -> Any:
        group = make.group(parent=make.group())
        found = make.account(limit, of=make.customer(group=group))
        make.limited(make.group_account(group), 5_000)
        return found

    def held(on: Any, key: str, minor: int = 600, **how: Any) -> int:
        document = make.document(minor, f"order:{key}")
        booked = exposure.reserve(by=by, account_id=on.pk, document=document, key=key, **how)
        return booked.entry_id

    def reserve() -> Act:
        on, document = account(), make.document(100, "order:1")
        return lambda: exposure.reserve(
            by=by, account_id=on.pk, document=document, key="act reserve"
        )

    def reserve_in_dollars() -> Act:
        on, document = account(), make.document(10, "order:2", currency="USD")
        return lambda: exposure.reserve(
            by=by, account_id=on.pk, document=document, key="act reserve_in_dollars"
        )

    def reserve_where_others_ran_out() -> Act:
        on, document = account(), make.document(700, "order:3")
        held(on, "ran out", expires_at=PAST)
        return lambda: exposure.reserve(
            by=by, account_id=on.pk, document=document, key="act reserve_where_others_ran_out"
        )

    def reserve_many() -> Act:
        on, other = account(), account()
        held(other, "also ran out", expires_at=PAST)
        asked = [
            Asked(one.pk, make.document(300, f"order:m{number}"), f"act reserve_many {number}")
            for number, one in enumerate((on, other, on, other, on, on))
        ]
        return lambda: exposure.reserve_many(by=by, items=asked)

    def post() -> Act:
        reservation, document = held(account(), "to post"), make.document(600, "invoice:1")
        return lambda: exposure.post(
            by=by, reservation_id=reservation, document=document, key="act post"
        )

    def post_a_part() -> Act:
        reservation, document = held(account(), "to post in part"), make.document(250, "invoice:2")
        return lambda: exposure.post(
            by=by, reservation_id=reservation, document=document, key="act post_a_part",
            rest_key="act post_a_part rest",
        )  # fmt: skip

    def void() -> Act:
        reservation = held(account(), "to void")
        return lambda: exposure.void(by=by, reservation_id=reservation, on=ON, key="act void")

    def expire() -> Act:
        reservation = held(account(), "to expire", expires_at=PAST)
        return lambda: exposure.expire(by=by, reservation_id=reservation, on=ON, key="act expire")

    def sweep() -> Act:
        exposure.sweep(by=by, on=ON)
        for number in range(3):
            held(account(), f"to sweep {number}", expires_at=PAST)
        return lambda: exposure.sweep(by=by, on=ON)

    def post_unreserved() -> Act:
        on, document = account(), make.document(5_000, "invoice:3")
        return lambda: exposure.post_unreserved(
            by=by, account_id=on.pk, document=document, key="act post_unreserved"
        )

    def settle() -> Act:
        on, document = account(), make.document(10, "receipt:1")
        return lambda: exposure.settle(by=by, account_id=on.pk, document=document, key="act settle")

    def set_limit() -> Act:
        on = account()
        return lambda: exposure.set_limit(
            by=by, account_id=on.pk, mode="limited", limit_minor=77, reason="trial"
        )

    def regroup() -> Act:
        on, above = account(), make.group()
        make.account(of=make.customer(group=above))
        held(on, "moves along")
        parent = make.group_account(above).pk
        return lambda: exposure.regroup(by=by, account_id=on.pk, parent_id=parent, on=ON)

    def set_in_group() -> Act:
        on = account()
        held(on, "moves out")
        return lambda: exposure.set_in_group(by=by, account_id=on.pk, in_group=False, on=ON)

    def realign() -> Act:
        on = account()
        reservation = held(on, "to realign")
        item = Realignment(
            on.pk, "order:to realign", "CNY", ON, "act realign", reservation,
            target_minor=500, delivered_minor=200,
        )  # fmt: skip
        return lambda: exposure.realign(by=by, item=item)

    def merge() -> Act:
        source, target = account(), account()
        held(source, "to merge")
        move = Move(uuid4(), source.customer_id, target.customer_id)
        return lambda: merging.empty_accounts(by=by, move=move)

    found = (
        reserve, reserve_in_dollars, reserve_where_others_ran_out, reserve_many, post, post_a_part,
        void, expire, sweep, post_unreserved, settle, set_limit, regroup, set_in_group, realign,
        merge,
    )  # fmt: skip
    return {one.__name__: one for one in found}


def see() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(SEE)
        return tuple(cursor.fetchone())


def attempt(act: Act, at: int) -> tuple[bool, list[str], str]:
    """Try once with an exception at a point; return whether it fired, and what is wrong."""
    failpoint = Failpoint(at)
    try:
        with connection.execute_wrapper(failpoint):
            act()
    except Fault:
        return True, failpoint.statements, ""
    wrong = "the failure was swallowed" if failpoint.fired else ""
    return failpoint.fired, failpoint.statements, wrong


def attempt_in_a_process(act: Act, at: int) -> tuple[bool, list[str], str]:
    """Try once in a process that ends at a point, or after its act, before it can tell."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with connection.execute_wrapper(Failpoint(at, ends_process=True)):
                act()
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code == ENDED, [], "" if code in (0, ENDED) else f"exit code {code}"


def tried(name: str, prepare: Callable[[], Act], attempt: Callable[..., Any]) -> Trial:
    """Try a scenario at every point until it runs to its end, then once more."""
    from tests import make
    from xinheng.exposure import verification
    from xinheng.exposure.models import Entry

    trial, act = Trial(), prepare()
    before = see()
    for at in range(MOST):
        fired, statements, wrong = attempt(act, at)
        trial.statements = statements
        if wrong:
            trial.problems.append(f"{name} at point {at}: {wrong}")
        if not fired:
            break
        trial.points += 1
        if see() != before:
            trial.problems.append(f"{name} at point {at}: something is left of it")
    else:
        trial.problems.append(f"{name} never ended")
    after = see()
    if after == before:
        trial.problems.append(f"{name} did nothing")
    booked = Entry.objects.filter(key__startswith=f"act {name}").count()
    if name not in ONCE:
        act_again(act)
    if Entry.objects.filter(key__startswith=f"act {name}").count() != booked:
        trial.problems.append(f"{name} happened twice")
    failed = [check.name for check in verification.verify(by=make.CLERK) if not check.ok]
    trial.problems += [f"{name}: {check}" for check in failed]
    return trial


def act_again(act: Act) -> None:
    """Do an act that was done; a repeated key answers what it answered."""
    answer = act()
    if hasattr(answer, "is_replay"):
        assert answer.is_replay


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.config.settings"
    django.setup()
    trials = {
        name: tried(name, prepare, attempt_in_a_process) for name, prepare in scenarios().items()
    }
    print(json.dumps({name: [one.points, one.problems] for name, one in trials.items()}))


if __name__ == "__main__":
    main()
