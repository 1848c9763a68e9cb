"""The verbs of reviews: `from xinheng.reviews import operations as reviews`."""

from xinheng.reviews.operations.requesting import request
from xinheng.reviews.operations.running import Outcome, execute, run

__all__ = ["Outcome", "execute", "request", "run"]
