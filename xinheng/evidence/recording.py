"""What every recording of a staged relation begins and ends with."""

from uuid import UUID

from xinheng import journal
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Outcome, RowRefusal
from xinheng.parties import operations as parties


def leave_out(by: Actor, relation: str, about: str) -> tuple[RowRefusal, ...]:
    """Take out the rows about customers that are not the actor's, and return them."""
    return parties.leave_out_foreign(
        by=by, relation=relation, about=about.format(relation=relation), column="customer_code"
    )


def note(by: Actor, batch_id: UUID, noun: str, outcome: Outcome) -> None:
    """Record the import itself."""
    journal.write(
        by=by,
        action=f"evidence.import_{noun}s",
        object=f"batch:{batch_id}",
        after={
            "created": outcome.created,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
        },
    )
