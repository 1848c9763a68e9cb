"""Bodies that run the credit review in the background."""

import uuid

from xinheng import access
from xinheng.jobs.telling import tell
from xinheng.reviews.models import Review


def run(review: str) -> None:
    """Carry out a review as the person who asked for it, and tell; a second run finds it done."""
    # Loaded here: every process registers the tasks, few need the engines behind this one.
    from xinheng.reviews import operations as reviews

    number = uuid.UUID(review)
    asked = Review.objects.select_related("requested_by").get(uuid=number)
    try:
        reviews.execute(by=access.actor_of_id(asked.requested_by_id), review=number)
    finally:
        asked.refresh_from_db(fields=["state"])
        if asked.state in (Review.State.DONE, Review.State.FAILED):
            is_well = asked.state == Review.State.DONE
            tell(asked.requested_by, "review", number, str(asked.as_of), is_well=is_well)
