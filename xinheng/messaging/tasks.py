"""Later work by name: a row in the queue, written in the transaction that wants the work done.

A room below the jobs floor cannot import a task's body, so it names it; `jobs` registers the bodies
when Django starts, and a test keeps every name used registered. Because the row belongs to the
business transaction, work is queued if and only if the change that needs it was committed. A worker
may die at any point, so every body is idempotent: it asks what is still to do and does that.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate import RetryDecision, exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy

from xinheng.kernel.refusals import Refusal
from xinheng.messaging.rules import retry_after_seconds

QUEUE = "default"
ATTEMPTS = 5
# The queue as part of the caller's transaction. What the app uses is that in a request, but in a
# worker a connection of its own: it would queue before the commit, or wait for the caller's locks.
jobs = JobManager(DjangoConnector())


class UnknownTask(Exception):
    """A name was deferred or asked for that no body is registered under."""


class BackOff(BaseRetryStrategy):
    """Retry faults with growing waits; a refusal is an answer and is never retried.

    A failure that knows its own time, such as a receiver's, says so in `retry_in` seconds.
    """

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, Refusal):
            return None
        seconds = getattr(exception, "retry_in", None)
        if seconds is None:
            seconds = retry_after_seconds(job.attempts, self.attempts)
        return None if seconds is None else RetryDecision(retry_in={"seconds": seconds})


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    body: Callable[..., Any]
    every: str
    parameters: frozenset[str]


_registered: dict[str, Task] = {}


def register(
    name: str, body: Callable[..., Any], *, every: str = "", attempts: int = ATTEMPTS
) -> None:
    """Register the body of a task; called from `apps.ready()` of the jobs floor.

    every: a cron expression (UTC) for work that starts by itself; its body takes no arguments
    """
    if name in _registered and _registered[name].body is not body:
        raise ValueError(f"the task {name} has two bodies")
    if name in _registered:
        return
    _registered[name] = Task(name, body, every, frozenset(inspect.signature(body).parameters))
    if every:
        task = app.task(name=name, queue=QUEUE, queueing_lock=name)(_without_timestamp(body))
        app.periodic(cron=every, periodic_id=name)(task)
    else:
        app.task(name=name, queue=QUEUE, retry=BackOff(attempts))(body)


def _without_timestamp(body: Callable[[], Any]) -> Callable[[int], Any]:
    def periodic(timestamp: int) -> Any:
        return body()

    return periodic


def task_names() -> frozenset[str]:
    """Return the names of every registered task."""
    return frozenset(_registered)


def body_of(name: str) -> Callable[..., Any]:
    """Return the body registered under a name."""
    if name not in _registered:
        raise UnknownTask(name)
    return _registered[name].body


def defer(
    name: str, *, once: str = "", one_at_a_time: str = "", at: datetime | None = None, **kwargs: Any
) -> int | None:
    """Queue one run of a task in the caller's transaction and return the job's number.

    once: while a job with this mark waits, another is not queued and None is returned
    one_at_a_time: jobs with this mark never run beside each other
    at: not before this instant
    kwargs: JSON values, by the names of the body's parameters
    """
    if name not in _registered:
        raise UnknownTask(name)
    if set(kwargs) - _registered[name].parameters:
        raise TypeError(f"{name} takes no {sorted(set(kwargs) - _registered[name].parameters)}")
    deferrer = app.configure_task(
        name,
        queue=QUEUE,
        lock=one_at_a_time or None,
        queueing_lock=once or None,
        schedule_at=at,
    )
    deferrer.job_manager = jobs
    try:
        # The savepoint keeps the caller's transaction usable when the mark is already queued.
        with transaction.atomic():
            return deferrer.defer(**kwargs)
    except exceptions.AlreadyEnqueued:
        return None
