"""Say that two customers are not the same, or take that back."""

from datetime import datetime

from django.db import transaction

from xinheng import access, journal
from xinheng.kernel.actors import Actor
from xinheng.masterdata.models import Candidate
from xinheng.masterdata.refusals import CandidateSettled, UnknownCandidate


@transaction.atomic
def judge(*, by: Actor, candidate_id: int, is_distinct: bool, note: str, at: datetime) -> None:
    """Remember that a pair is not the same company, or that it is open again.

    refuses: UnknownCandidate, CandidateSettled
    """
    access.require(by, "masterdata.write")
    rows = Candidate.objects.select_related("first", "second").select_for_update(of=("self",))
    found = rows.filter(pk=candidate_id).first()
    if found is None or not all(access.in_scope(by, one) for one in (found.first, found.second)):
        raise UnknownCandidate()
    if found.state == Candidate.State.MERGED:
        raise CandidateSettled()
    before = found.state
    found.state = Candidate.State.DISTINCT if is_distinct else Candidate.State.OPEN
    found.note = note.strip()[:300] if is_distinct else ""
    found.decided_by = by.label if is_distinct else ""
    found.decided_at = at if is_distinct else None
    found.save(update_fields=["state", "note", "decided_by", "decided_at"])
    journal.write(
        by=by, action="masterdata.judge", object=f"candidate:{found.pk}",
        before={"state": before},
        after={"state": found.state, "pair": [found.first.code, found.second.code],
               "note": found.note},
    )  # fmt: skip
