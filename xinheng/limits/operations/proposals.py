"""The only writer of proposals, and of where each customer stands after its latest review."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.limits.models import Latest
from xinheng.parties import operations as parties
from xinheng.parties.merging import MergeBlocked, Move

_RESULT = (
    "tier", "currency", "limit_current_minor", "limit_proposed_minor", "open_minor",
    "overdue_minor", "dpd_max", "review_due",
)  # fmt: skip
_TERMS = ("binding", "bounds", "terms", "terms_days", "deposit_percent")

# The latest assessment of each staged customer under these versions; it may be an old one.
_ASSESSED = """
  FROM {relation} AS s
  JOIN LATERAL (
        SELECT a.id FROM scoring_assessment AS a
         WHERE a.as_of = %(as_of)s AND a.versions_digest = %(versions_digest)s
           AND a.customer_id = s.customer_id
         ORDER BY a.id DESC LIMIT 1
       ) AS a ON TRUE
"""
_PROPOSE = f"""
INSERT INTO limits_proposal
       (assessment_id, customer_id, as_of, {", ".join((*_RESULT, *_TERMS))})
SELECT a.id, s.customer_id, %(as_of)s, {", ".join(f"s.{name}" for name in (*_RESULT, *_TERMS))}
{_ASSESSED}
 WHERE NOT EXISTS (SELECT 1 FROM limits_proposal AS p WHERE p.assessment_id = a.id)
 ORDER BY s.customer_id
"""
_STAND = f"""
INSERT INTO limits_latest (customer_id, proposal_id, as_of, grade, score, {", ".join(_RESULT)})
SELECT s.customer_id, p.id, %(as_of)s, s.grade, s.score, {", ".join(f"s.{n}" for n in _RESULT)}
{_ASSESSED}
  JOIN limits_proposal AS p ON p.assessment_id = a.id
  JOIN parties_customer AS c ON c.id = s.customer_id AND c.merged_into_id IS NULL
 ORDER BY s.customer_id
    ON CONFLICT (customer_id) DO UPDATE
   SET proposal_id = excluded.proposal_id, as_of = excluded.as_of, grade = excluded.grade,
       score = excluded.score, {", ".join(f"{name} = excluded.{name}" for name in _RESULT)}
 WHERE limits_latest.as_of <= excluded.as_of
   AND limits_latest.proposal_id IS DISTINCT FROM excluded.proposal_id
"""


@transaction.atomic
def record_staged(*, by: Actor, as_of: date, versions_digest: str, relation: str) -> int:
    """Insert a proposal for each staged customer's assessment that has none; return how many.

    Where the customer stands is moved along, unless a review of a later date already stands.
    relation: what `scoring.operations.record_staged` took, with tier, currency, limits, binding,
              bounds jsonb, terms, terms_days, deposit_percent, review_due, open, overdue, dpd_max
    """
    access.require(by, "limits.write")
    # A customer that is being merged must not come back to the lists.
    parties.hold_merges(by=access.system("limits"))
    values: dict[str, Any] = {"as_of": as_of, "versions_digest": versions_digest}
    name = connection.ops.quote_name(relation)
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSE.format(relation=name), values)
        added = int(cursor.rowcount)
        cursor.execute(_STAND.format(relation=name), values)
    return added


class Standings:
    """Where a customer stands: a merged one stands nowhere, and stands there again afterwards."""

    fields: tuple[str, ...] = ("limits.Latest.customer",)
    zh, en = "最近评审结果", "Latest review result"

    def count(self, *, customer_id: int) -> int:
        """Return 1 when the customer has been reviewed."""
        return Latest.objects.filter(customer_id=customer_id).count()

    def left_behind(self, *, source_id: int, target_id: int) -> tuple[str, ...]:
        """Return the one result, which is not the target's."""
        found = Latest.objects.filter(customer_id=source_id)
        return tuple(f"{day} · {grade}" for day, grade in found.values_list("as_of", "grade"))

    def obstacle(self, *, source_id: int, target_id: int) -> MergeBlocked | None:
        """Return nothing: a projection is in nobody's way."""
        return None

    def carry(self, *, by: Actor, move: Move) -> dict[str, Any]:
        """Take the customer out of the lists and remember its row."""
        access.require(by, "masterdata.merge")
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM limits_latest l WHERE customer_id = %s RETURNING to_jsonb(l)::text",
                [move.source_id],
            )
            return {"rows": [row[0] for row in cursor.fetchall()]}

    def bring_back(self, *, by: Actor, move: Move, carried: dict[str, Any]) -> None:
        """Put the remembered row back."""
        access.require(by, "masterdata.merge")
        with connection.cursor() as cursor:
            for row in carried["rows"]:
                cursor.execute(
                    "INSERT INTO limits_latest"
                    " SELECT * FROM jsonb_populate_record(NULL::limits_latest, %s::jsonb)"
                    " ON CONFLICT DO NOTHING",
                    [row],
                )
