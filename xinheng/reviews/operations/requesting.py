"""Ask for a review to be run in the background."""

import uuid
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from xinheng import access, messaging
from xinheng.kernel.actors import Actor
from xinheng.reviews import computing
from xinheng.reviews.models import Review


@transaction.atomic
def request(
    *, by: Actor, as_of: date, customers: Iterable[str] | None = None, engine: str = "auto"
) -> uuid.UUID:
    """Queue a review and return its number; a worker carries it out with the actor's rights.

    refuses: UnknownCustomers
    """
    access.require(by, "reviews.run")
    # Somebody of narrower scope never asks for everybody: only a run without a selection
    # speaks for the whole book.
    codes = computing.select(by, customers).codes
    review = Review.objects.create(
        as_of=as_of,
        engine=engine,
        selection=None if codes is None else list(codes),
        requested_by_id=by.id,
    )
    messaging.defer("reviews.run", one_at_a_time="reviews", review=str(review.uuid))
    return review.uuid
