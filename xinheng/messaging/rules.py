"""When failed work is tried again."""

FIRST_WAIT_SECONDS = 4
LONGEST_WAIT_SECONDS = 3600


def retry_after_seconds(attempts_before: int, attempts_at_most: int) -> int | None:
    """Return how long to wait after a failure: 4, 16, 64, 256, 1024 … s, or None to give up.

    attempts_before: runs that had already failed before the one that just did
    """
    if attempts_before + 1 >= attempts_at_most:
        return None
    return min(int(FIRST_WAIT_SECONDS ** (attempts_before + 1)), LONGEST_WAIT_SECONDS)
