"""The only writer of assessments."""

import json
from collections.abc import Mapping
from datetime import date

from django.db import connection, transaction

from xinheng import access
from xinheng.definitions.rules import digest_of_versions
from xinheng.kernel.actors import Actor

# The digest covers the whole staged row: facts, outcome and proposal.
_RECORD = """
INSERT INTO scoring_assessment
       (customer_id, as_of, score, pd, grade, coverage, knock_outs, reasons, factors,
        versions, versions_digest, digest)
SELECT s.customer_id, %(as_of)s, s.score, s.pd, s.grade, s.coverage, s.knock_outs, s.reasons,
       s.factors, %(versions)s::jsonb, %(versions_digest)s, s.digest
  FROM (SELECT t.*, encode(sha256(convert_to(t::text, 'UTF8')), 'hex') AS digest
          FROM {relation} AS t) AS s
  LEFT JOIN LATERAL (
        SELECT a.digest FROM scoring_assessment AS a
         WHERE a.as_of = %(as_of)s AND a.versions_digest = %(versions_digest)s
           AND a.customer_id = s.customer_id
         ORDER BY a.id DESC LIMIT 1
       ) AS last ON TRUE
 WHERE last.digest IS DISTINCT FROM s.digest
 ORDER BY s.customer_id
"""


@transaction.atomic
def record_staged(*, by: Actor, as_of: date, versions: Mapping[str, str], relation: str) -> int:
    """Insert an assessment for each staged customer whose latest one differs; return how many.

    relation: customer_id, score, pd, grade, coverage, knock_outs text[], reasons text[], factors
              jsonb and whatever else belongs to the result; one row per customer
    versions: {"kind.key@number": digest of its content}
    """
    access.require(by, "scoring.write")
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD.format(relation=connection.ops.quote_name(relation)),
            {
                "as_of": as_of,
                "versions": json.dumps(versions),
                "versions_digest": digest_of_versions(dict(versions)),
            },
        )
        return int(cursor.rowcount)
