"""Crowds: money is conserved (R3), a key has one effect (R10), kills lose nothing (R7).

R3 follows Jepsen's bank test: accounts whose total is known at every read. Here credit moves
between customers of one group: what one gives back the other takes, and the group's account must
never show more than its limit, nor a customer more than was confirmed to it.
"""

import random
import socket
import threading
import time
from collections import Counter

import pytest

from tests import make
from xinheng.client import Client, CreditHeld, Failure
from xinheng.exposure.models import Account, Entry

LONGEST = 1_200  # seconds, for a machine that is busy with other things


def crowd(count, work):
    """Run `work(number)` in so many threads and raise what any of them raised."""
    wrong = []

    def run(number):
        try:
            work(number)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def bank(world, clients, acts):
    """Move reservations between eight customers below a group, and read all the while."""
    group = make.group("BANK")
    for number in range(8):
        make.account(50_000, of=make.customer(f"B{number}", group=group))
    make.limited(make.group_account(group), 100_000)
    token, seed = world.token(), random.randrange(2**32)
    counts, wrong, until = Counter(), [], time.monotonic() + LONGEST

    def work(number):
        dice = random.Random(seed + number)
        mine = []
        with Client(world.url, token, deadline=60) as credit:
            while sum(counts.values()) < acts and time.monotonic() < until:
                if dice.random() < 0.4:
                    read(credit, dice)
                elif mine and dice.random() < 0.55:
                    credit.void(mine.pop(dice.randrange(len(mine))))
                    counts["given back"] += 1
                else:
                    take(credit, dice, mine)

    def take(credit, dice, mine):
        try:
            made = credit.reserve(f"B{dice.randrange(8)}", str(dice.randrange(1, 200)))
        except CreditHeld:
            counts["held"] += 1
        else:
            mine.append(made.id)
            counts["taken"] += 1

    def read(credit, dice):
        found = credit.account(f"B{dice.randrange(8)}")
        counts["read"] += 1
        for node in found.raw["path"]:
            if not 0 <= float(node["exposure"]) <= float(node["limit"]):
                wrong.append(node)

    crowd(clients, work)
    members = sum(Account.objects.filter(customer__isnull=False).values_list(
        "reserved_minor", flat=True))  # fmt: skip
    assert make.group_account(group).reserved_minor == members
    left = Entry.objects.filter(kind="RESERVE", resolution__isnull=True)
    assert members == sum(left.values_list("reserved_minor", flat=True))
    assert not wrong, (seed, wrong[:3])
    assert counts["taken"] and counts["read"]
    print(f"R3 clients={clients} {dict(counts)} wrong=0 seed={seed}")


def test_r3_credit_is_conserved_at_every_read(world):
    bank(world, clients=8, acts=300)


@pytest.mark.soak
def test_r3_credit_is_conserved_in_twenty_thousand_acts_of_thirty_two_clients(world):
    bank(world, clients=32, acts=20_000)


def send(world, token, body, key, *, is_cut):
    """Send one request over a socket of its own; cut, nobody reads the answer."""
    text = (
        f"POST /api/v1/credit/reservations HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body
    with socket.create_connection(("127.0.0.1", world.port), 30) as connection:
        connection.sendall(text)
        if is_cut:
            return None
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    head, _, content = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), content


def keys_sent_five_times(world, keys):
    make.account(10**12, of=make.customer("C1"))
    token, seed = world.token(), random.randrange(2**32)
    unsent = [(key, turn) for key in range(keys) for turn in range(5)]
    random.Random(seed).shuffle(unsent)
    unsent.sort(key=lambda one: one[0] // 20)
    lock, seen, counts = threading.Lock(), {}, Counter()

    def work(number):
        dice = random.Random(seed + number)
        while True:
            with lock:
                if not unsent:
                    return
                key, _turn = unsent.pop(0)
            body = b'{"customer": "C1", "amount": "%d.00", "document": {"number": "K%d"}}' % (
                key + 1, key,
            )  # fmt: skip
            said = send(world, token, body, f"key-{key}", is_cut=dice.random() < 0.2)
            if said is None:
                counts["cut"] += 1
                continue
            status, content = said
            counts[status] += 1
            assert status in (201, 409), content
            if status == 409:
                assert b"in-progress" in content
            else:
                with lock:
                    seen.setdefault(key, set()).add(content)

    crowd(10, work)
    with Client(world.url, token) as credit:
        for key in range(keys):
            # A key whose every answer was cut off has its effect all the same.
            found = credit.reservation(key=f"key-{key}")
            assert found.amount == key + 1
    assert all(len(answers) == 1 for answers in seen.values()), seed
    assert Entry.objects.filter(kind="RESERVE").count() == keys
    total = sum(range(1, keys + 1)) * 100
    assert Account.objects.get(customer__code="C1").reserved_minor == total
    print(f"R10 keys={keys} sends={keys * 5} {dict(counts)} effects={keys} seed={seed}")


def test_r10_five_sends_of_one_key_have_one_effect(world):
    keys_sent_five_times(world, 120)


@pytest.mark.soak
def test_r10_two_thousand_keys_sent_five_times(world):
    keys_sent_five_times(world, 2_000)


def killed(world, kills, clients=6):
    """Kill web workers while clients reserve and give back, each write under one key."""
    make.account(10**12, of=make.customer("C1"))
    token, stop, seed = world.token(), threading.Event(), random.randrange(2**32)
    done, lock = {}, threading.Lock()

    def work(number):
        turn = 0
        with Client(world.url, token, timeout=5, deadline=90) as credit:
            while not stop.is_set():
                turn += 1
                key = f"{number}-{turn}"
                try:
                    made = credit.reserve("C1", f"{turn}.00", number=key, key=key)
                except Failure as failure:
                    raise AssertionError(f"{key}: {failure}") from failure
                with lock:
                    done[key] = (made.id, turn)

    def kill():
        dice = random.Random(seed)
        for _ in range(kills):
            time.sleep(0.8 + dice.random())
            world.kill_one()
        time.sleep(1.5)
        stop.set()

    killer = threading.Thread(target=kill)
    killer.start()
    crowd(clients, work)
    killer.join()
    entries = Entry.objects.filter(kind="RESERVE")
    assert entries.count() == len(done), seed
    assert len({number for number, _ in done.values()}) == len(done)
    with Client(world.url, token, deadline=60) as credit:
        for key in random.Random(seed).sample(sorted(done), min(20, len(done))):
            assert credit.reservation(key=key).id == done[key][0]
    total = sum(turn for _, turn in done.values()) * 100
    assert Account.objects.get(customer__code="C1").reserved_minor == total
    print(f"R7 kills={kills} keys={len(done)} doubled=0 lost=0 seed={seed}")


def test_r7_killed_web_workers_double_and_lose_nothing(world):
    killed(world, kills=3)


@pytest.mark.soak
def test_r7_fifteen_killed_web_workers(world):
    killed(world, kills=15)
