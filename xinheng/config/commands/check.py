"""May this be sold on account? The decision an order would get, without reserving anything."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xinheng.orders.operations import Decided

NAME = "check"
HELP = "whether an amount may be sold to a customer on account, why not, and what would help"
NEEDS_DATABASE = True
OUTCOMES = {"approved": "通过", "held": "冻结", "refused": "拒绝"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the customer, the amount and what else a document says."""
    parser.add_argument("customer", metavar="CUSTOMER", help="code")
    parser.add_argument("amount", metavar="AMOUNT", help="in the currency's major unit")
    parser.add_argument("--currency", default="CNY", metavar="C")
    parser.add_argument("--ship-date", type=date.fromisoformat, metavar="D")
    parser.add_argument("--terms", type=int, metavar="N", help="days net")


def run(args: argparse.Namespace) -> int:
    """Print the decision; a document that is held is an answer, not a failure."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.api import verdicts
    from xinheng.config import output
    from xinheng.exposure.refusals import AmountNotPositive
    from xinheng.kernel import money
    from xinheng.orders import operations as orders
    from xinheng.orders.rules.asked import Asked
    from xinheng.parties import queries as parties

    if args.terms is not None and not 0 <= args.terms <= 3650:
        output.say("--terms 须为 0 至 3650 天")
        return 2
    by = access.system("cli")
    amount = money.parse(args.amount, args.currency)
    if amount.minor <= 0:
        raise AmountNotPositive(amount=args.amount)
    decided = orders.check(
        by=by,
        customer_id=parties.customer_id(by, args.customer, "orders.check"),
        asked=Asked(
            amount=amount,
            ship_date=args.ship_date,
            terms="" if args.terms is None else f"net {args.terms}",
        ),
        today=timezone.localdate(),
    )
    said = verdicts.answer(decided).model_dump(mode="json")
    output.emit(args, said, _lines(decided))
    return 0


def _lines(decided: "Decided") -> list[str]:
    """Return what a person reads: the outcome, the room, each reason with what would help."""
    from xinheng.api import verdicts
    from xinheng.orders.rules import sentences

    said, currency = verdicts.answer(decided), decided.facts.currency
    room = "不限" if said.available is None else f"{said.available} {currency}"
    head = f"{OUTCOMES[said.decision]}  已用 {said.exposure} {currency}  可用 {room}"
    language = verdicts.language()
    reasons = [sentences.whole(one, currency, language) for one in decided.verdict.findings]
    return [head, *(f"  {one}" for one in reasons)]
