"""Later work: queued with its transaction, run by name, retried, taken over from the dead."""

import ast
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob as Job

from xinheng import access, messaging
from xinheng.access.policy import PERMISSIONS
from xinheng.jobs.registry import BODIES
from xinheng.kernel.refusals import Refusal
from xinheng.messaging import channels, operations, queries, rules, tasks
from xinheng.messaging.models import Notification, Outgoing

PACKAGE = Path(__file__).resolve().parents[2] / "xinheng"
BY = access.system("test")
seen: list[str] = []


class Refused(Refusal):
    code, zh, en = "test-refused", "不行。", "No."


def remember(word: str) -> None:
    seen.append(word)


def stumble() -> None:
    seen.append("stumble")
    raise OSError("network is down")


def refuse() -> None:
    raise Refused()


def give_up() -> None:
    """Want work done, in a transaction that fails."""
    with transaction.atomic():
        messaging.defer("test.remember", word="never")
        raise Refused()


def pass_on() -> None:
    with transaction.atomic():
        number = messaging.defer("test.remember", word="passed on")
        time.sleep(0.5)
        seen.append(f"{Job.objects.get(pk=number).status} while its transaction runs")


def take_over() -> None:
    seen.append(f"{operations.requeue_stalled(by=BY, at=timezone.now())} taken over")


@pytest.fixture(autouse=True)
def _tasks():
    tasks.register("test.remember", remember)
    tasks.register("test.stumble", stumble, attempts=3)
    tasks.register("test.refuse", refuse)
    tasks.register("test.give_up", give_up)
    tasks.register("test.pass_on", pass_on)
    tasks.register("test.take_over", take_over)
    seen.clear()


def work() -> None:
    """Run every waiting job as a worker process does, then stop.

    In a thread of its own: a browser test of the same process may have left a loop in this one.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_work).result()


def _work() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(
            wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="never"
        )


def jobs():
    """Return the jobs of these tests; a worker adds the periodic ones whenever it runs."""
    return Job.objects.exclude(task_name__in=[body.name for body in BODIES if body.every])


def named_in_the_code() -> set[str]:
    """Return every `room.verb` that is written beside a call of `defer`, read from the source."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        if not any(ast.unparse(call.func).split(".")[-1] == "defer" for call in calls):
            continue
        rooms = "|".join(room.name for room in PACKAGE.iterdir() if room.is_dir())
        actions = {
            id(word.value) for call in calls for word in call.keywords if word.arg == "action"
        }
        for node in ast.walk(tree):
            if id(node) in actions:
                continue
            text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(rf"({rooms})\.[a-z_]+", text):
                found.add(text)
    # A permission may look the same; what is registered is taken for a task.
    return found - (set(PERMISSIONS) - messaging.task_names())


def test_every_name_that_is_deferred_has_a_body_and_every_body_starts_somehow():
    named = named_in_the_code()
    assert named >= {"messaging.deliver", "exchange.apply"}
    assert named <= messaging.task_names()
    assert {body.name for body in BODIES} <= named | {body.name for body in BODIES if body.every}


def test_an_unknown_name_and_an_unknown_argument_raise_where_they_are_written(db):
    with pytest.raises(tasks.UnknownTask):
        messaging.defer("reviews.rnu", review_id=1)
    with pytest.raises(TypeError):
        messaging.defer("test.remember", wrod="x")


@pytest.mark.django_db(transaction=True)
def test_work_is_queued_if_and_only_if_the_transaction_commits():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        messaging.defer("test.remember", word="never")
        assert jobs().count() == 1
        raise ZeroDivisionError
    assert jobs().count() == 0
    with transaction.atomic():
        messaging.defer("test.remember", word="信")
    work()
    assert seen == ["信"]
    assert jobs().get().status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_queues_belongs_to_the_transaction_of_the_job():
    messaging.defer("test.give_up")
    messaging.defer("test.pass_on")
    work()
    assert seen == ["todo while its transaction runs", "passed on"]
    assert jobs().filter(task_name="test.remember").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_mark_is_queued_once_and_leaves_the_transaction_usable():
    with transaction.atomic():
        first = messaging.defer("test.remember", once="refresh", word="a")
        assert messaging.defer("test.remember", once="refresh", word="b") is None
        assert jobs().count() == 1
    assert first
    work()
    assert seen == ["a"]
    assert messaging.defer("test.remember", once="refresh", word="c")


@pytest.mark.django_db(transaction=True)
def test_a_fault_is_retried_later_and_a_refusal_is_not():
    messaging.defer("test.stumble")
    messaging.defer("test.refuse")
    work()
    assert jobs().get(task_name="test.refuse").status == "failed"
    waiting = jobs().get(task_name="test.stumble")
    assert (waiting.status, waiting.attempts) == ("todo", 1)
    assert waiting.scheduled_at > timezone.now()
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 s'")
        work()
    assert jobs().get(task_name="test.stumble").status == "failed"
    assert seen == ["stumble"] * 3


def test_waits_grow_and_end():
    """Oracle: 4, 4², 4³ … seconds, an hour at most, and nothing after the last attempt."""
    assert [rules.retry_after_seconds(n, 5) for n in range(6)] == [4, 16, 64, 256, None, None]
    assert rules.retry_after_seconds(7, 20) == 3600


def _died(job_id: int, *, attempts: int = 0) -> None:
    """Put a job into the state in which a killed worker leaves it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 s')"
            " RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s"
            " WHERE id = %s",
            [worker, attempts, job_id],
        )


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_dead_worker_runs_again_but_not_for_ever():
    lost = messaging.defer("test.remember", word="again")
    deadly = messaging.defer("test.remember", word="deadly")
    fresh = messaging.defer("test.remember", word="fresh", at=timezone.now() + timedelta(days=1))
    _died(lost)
    _died(deadly, attempts=tasks.ATTEMPTS)
    assert operations.requeue_stalled(by=BY, at=timezone.now()) == 2
    assert operations.requeue_stalled(by=BY, at=timezone.now()) == 0
    work()
    assert seen == ["again"]
    assert jobs().get(pk=deadly).status == "failed"
    assert jobs().get(pk=fresh).status == "todo"


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_over_from_a_dead_one():
    lost = messaging.defer("test.remember", word="again")
    _died(lost)
    messaging.defer("test.take_over")
    work()
    assert seen == ["1 taken over", "again"]


@pytest.mark.django_db(transaction=True)
def test_finished_jobs_are_forgotten_after_a_week_and_failed_ones_stay():
    messaging.defer("test.remember", word="x")
    messaging.defer("test.refuse")
    work()
    now = timezone.now()
    assert operations.forget_finished_jobs(by=BY, at=now) == 0
    assert operations.forget_finished_jobs(by=BY, at=now + timedelta(days=8)) >= 1
    assert jobs().get().task_name == "test.refuse"


@pytest.mark.django_db(transaction=True)
def test_a_message_leaves_after_the_commit_and_once(settings):
    settings.EMAIL_HOST = "mail.example"
    letter = {"subject": "评审完成", "text": "请查看"}
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        messaging.send(by=BY, channel="mail", recipient="a@example.com", body=letter)
        raise ZeroDivisionError
    assert not Outgoing.objects.exists() and not jobs().exists()
    row = messaging.send(by=BY, channel="mail", recipient="a@example.com", body=letter)
    assert mail.outbox == []
    work()
    assert operations.deliver(by=BY, outgoing_id=row.pk, at=timezone.now()) == "delivered"
    assert [(m.subject, m.to) for m in mail.outbox] == [("评审完成", ["a@example.com"])]
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("delivered", 1)


@pytest.mark.django_db
def test_a_channel_that_fails_is_tried_ten_times_and_says_why(monkeypatch):
    def down(recipient, body):
        raise OSError("no route")

    monkeypatch.setitem(channels._channels, "pager", down)
    row = messaging.send(by=BY, channel="pager", recipient="zhang", body={})
    for _ in range(operations.DELIVERY_ATTEMPTS - 1):
        with pytest.raises(operations.DeliveryFailed):
            operations.deliver(by=BY, outgoing_id=row.pk, at=timezone.now())
    assert operations.deliver(by=BY, outgoing_id=row.pk, at=timezone.now()) == "failed"
    row.refresh_from_db()
    assert row.last_error == "OSError: no route"


@pytest.mark.django_db
def test_without_a_mail_server_a_message_fails_at_once_and_an_unknown_channel_is_refused(settings):
    settings.EMAIL_HOST = ""
    row = messaging.send(by=BY, channel="mail", recipient="a@example.com", body={"subject": "x"})
    assert operations.deliver(by=BY, outgoing_id=row.pk, at=timezone.now()) == "failed"
    with pytest.raises(operations.ChannelUnknown):
        messaging.send(by=BY, channel="pigeon", recipient="x", body={})


@pytest.mark.django_db
def test_a_person_is_told_once_and_reads_only_the_own_lines():
    from xinheng.access import operations as people

    mine = people.create_user(by=BY, username="zhang", roles=["sales"])
    other = people.create_user(by=BY, username="li", roles=["sales"])
    for user in (mine, mine, other):
        messaging.notify(
            by=BY, user_id=user.pk, key="review:1", title_zh="评审完成", title_en="Review done"
        )
    by = access.actor_of(mine)
    assert queries.unread_count(by) == 1
    foreign = Notification.objects.get(user=other)
    at = timezone.now()
    assert operations.mark_read(by=by, at=at, notification_ids=[foreign.pk]) == 0
    assert operations.mark_read(by=by, at=at) == 1
    assert queries.unread_count(by) == 0
    assert [row.is_read for row in queries.notifications(by)] == [True]
    assert queries.unread_count(access.actor_of(other)) == 1


def test_a_task_has_one_body():
    with pytest.raises(ValueError):
        tasks.register("test.remember", stumble)
