"""Bodies that look after held orders."""

from django.utils import timezone

from xinheng import access


def recheck_open() -> None:
    """Let held orders go on whose reasons vanished."""
    # Loaded here: every process registers the tasks, few need what is behind this one.
    from xinheng.orders import operations as orders

    orders.recheck_open(by=access.system("worker"), today=timezone.localdate())
