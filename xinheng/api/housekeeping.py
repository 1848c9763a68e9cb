"""What the interface forgets by itself."""

from django.utils import timezone

from xinheng import access
from xinheng.api import operations


def forget_answers() -> None:
    """Delete the answers that were kept for their thirty days."""
    operations.forget_old_answers(by=access.system("worker"), at=timezone.now())
