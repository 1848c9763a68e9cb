"""Many clients at one hot account: random acts through a door, and who passed a limit.

Run as a program it is one process of them: `crowd` starts several on one database. A client knows
every act by a key and sends it again with that key when the database refused to serve it (a
deadlock) or went away, until it has an answer; what it was answered is what it acknowledges.
"""

import importlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg

REPOSITORY = Path(__file__).resolve().parents[2]
ON = date(2026, 3, 1)
PAST = datetime(2020, 1, 1, tzinfo=UTC)
VERBS = {
    "reserve": 44, "post": 12, "part": 9, "void": 9, "expire": 8, "settle": 12, "record": 3,
    "set_limit": 6,
}  # fmt: skip
DEADLOCK = "40P01"
stopping = threading.Event()


@dataclass
class Crowd:
    """What the clients work on: accounts, by weight of their order, and where limits may change.

    seconds: end after that time even when fewer than `operations` are done
    """

    accounts: list[int]
    limited: list[int]
    operations: int
    seed: int
    clients: int = 64
    processes: int = 2
    connections: int = 32
    seconds: float = 300.0
    patience: float = 60.0
    weights: dict[str, int] = field(default_factory=lambda: dict(VERBS))
    ceilings: tuple[int, int] = (6_000, 14_000)
    door: str = "tests.exposure.clients:Service"


class Door(Protocol):
    """How a client reaches the ledger; `refusal` names what was refused, else None."""

    def reserve(self, account: int, minor: int, key: str, *, is_over: bool) -> int: ...
    def post(self, reservation: int, minor: int, key: str, rest: str | None) -> int: ...
    def void(self, reservation: int, key: str) -> int: ...
    def expire(self, reservation: int, key: str) -> int: ...
    def settle(self, account: int, minor: int, key: str) -> int: ...
    def record(self, account: int, minor: int, key: str) -> int: ...
    def set_limit(self, account: int, minor: int) -> int: ...
    def regroup(self, account: int, parent: int) -> int: ...
    def find(self, key: str) -> int: ...
    def refusal(self, error: Exception) -> str | None: ...
    def close(self) -> None: ...


class Service:
    """The door of this process: the ledger's own verbs."""

    def __init__(self) -> None:
        from xinheng import access
        from xinheng.exposure import operations
        from xinheng.exposure.rules import Document
        from xinheng.kernel.money import Money

        self.by, self.verbs = access.system("crowd"), operations
        self.document = lambda minor, key: Document(f"order:{key}", Money(minor, "CNY"), ON)

    def reserve(self, account: int, minor: int, key: str, *, is_over: bool) -> int:
        return self.verbs.reserve(
            by=self.by, account_id=account, document=self.document(minor, key), key=key,
            expires_at=PAST if is_over else None,
        ).entry_id  # fmt: skip

    def post(self, reservation: int, minor: int, key: str, rest: str | None) -> int:
        return self.verbs.post(
            by=self.by, reservation_id=reservation, document=self.document(minor, key), key=key,
            rest_key=rest,
        ).entry_id  # fmt: skip

    def void(self, reservation: int, key: str) -> int:
        return self.verbs.void(by=self.by, reservation_id=reservation, on=ON, key=key).entry_id

    def expire(self, reservation: int, key: str) -> int:
        return self.verbs.expire(by=self.by, reservation_id=reservation, on=ON, key=key).entry_id

    def settle(self, account: int, minor: int, key: str) -> int:
        return self.verbs.settle(
            by=self.by, account_id=account, document=self.document(minor, key), key=key
        ).entry_id

    def record(self, account: int, minor: int, key: str) -> int:
        return self.verbs.post_unreserved(
            by=self.by, account_id=account, document=self.document(minor, key), key=key
        ).entry_id

    def set_limit(self, account: int, minor: int) -> int:
        self.verbs.set_limit(by=self.by, account_id=account, mode="limited", limit_minor=minor)
        return 0

    def regroup(self, account: int, parent: int) -> int:
        self.verbs.regroup(by=self.by, account_id=account, parent_id=parent, on=ON)
        return 0

    def find(self, key: str) -> int:
        from xinheng.exposure.models import Entry

        return int(Entry.objects.values_list("pk", flat=True).get(key=key))

    def refusal(self, error: Exception) -> str | None:
        from xinheng.kernel.refusals import Refusal

        return error.code if isinstance(error, Refusal) else None

    def close(self) -> None:
        from django.db import connections

        connections.close_all()


class Client:
    """One customer's clerk: does random acts, and shares what it reserved with the others."""

    def __init__(
        self, crowd: Crowd, number: int, door: Door, shared: list[tuple[int, int]]
    ) -> None:
        self.crowd, self.number, self.door, self.shared = crowd, number, door, shared
        self.random = random.Random(f"{crowd.seed}:{number}")
        self.outcomes: Counter[str] = Counter()
        self.acknowledged: dict[str, int] = {}
        self.count = 0

    def act(self) -> None:
        verbs = self.crowd.weights
        verb = self.random.choices(list(verbs), list(verbs.values()))[0]
        minor = self.random.randint(1, 600)
        account = self.random.choice(self.crowd.accounts)
        key = self.key()
        if verb == "reserve":
            is_over = self.random.random() < 0.25
            found = self.send(
                verb, key, lambda: self.door.reserve(account, minor, key, is_over=is_over)
            )
            if found:
                self.shared.append((found, minor))
        elif verb in {"settle", "record"}:
            self.send(verb, key, lambda: getattr(self.door, verb)(account, minor, key))
        elif verb == "set_limit":
            node = self.random.choice(self.crowd.limited)
            ceiling = self.random.randint(*self.crowd.ceilings)
            self.send(verb, "", lambda: self.door.set_limit(node, ceiling))
        elif verb == "regroup":
            # A member, or the lowest group, below any of the two above that one.
            account = self.random.choice(self.crowd.limited[:4])
            parent = self.random.choice(self.crowd.limited[4:])
            self.send(verb, "", lambda: self.door.regroup(account, parent))
        else:
            self.resolve(verb, key)

    def resolve(self, verb: str, key: str) -> None:
        try:
            place = self.random.randrange(-min(len(self.shared), 200), 0)
            # Now and then it is left for somebody else to try as well.
            held = self.shared[place] if self.random.random() < 0.1 else self.shared.pop(place)
        except (ValueError, IndexError):
            return
        reservation, minor = held
        if verb == "part" and minor > 1:
            part, rest = self.random.randint(1, minor - 1), self.key()
            if self.send(verb, key, lambda: self.door.post(reservation, part, key, rest)):
                self.shared.append(
                    (self.send("find", "", lambda: self.door.find(rest)), minor - part)
                )
        elif verb in {"post", "part"}:
            self.send("post", key, lambda: self.door.post(reservation, minor, key, None))
        else:
            self.send(verb, key, lambda: getattr(self.door, verb)(reservation, key))

    def send(self, verb: str, key: str, call: Any) -> int:
        """Send until there is an answer; return the entry, 0 when it was refused."""
        limit = time.monotonic() + self.crowd.patience
        while True:
            try:
                found = call()
            except Exception as error:
                refused = self.door.refusal(error)
                if refused:
                    self.outcomes[f"{verb} {refused}"] += 1
                    return 0
                if not self.passes(error) or time.monotonic() > limit:
                    raise
                continue
            self.outcomes[verb] += 1
            if key and self.acknowledged.setdefault(key, found) != found:
                self.outcomes["two answers to one key"] += 1
            return int(found)

    def passes(self, error: Exception) -> bool:
        """Tell whether to try again: another one goes first, or the database is gone."""
        from django.db import InterfaceError, OperationalError

        if not isinstance(error, InterfaceError | OperationalError):
            return False
        if getattr(error.__cause__, "sqlstate", None) == DEADLOCK:
            self.outcomes["deadlock"] += 1
            return True
        self.outcomes["away"] += 1
        self.door.close()
        time.sleep(0.02)
        return True

    def key(self) -> str:
        self.count += 1
        return f"{self.crowd.seed}-{self.number}-{self.count}"


def run(crowd: Crowd, process: int) -> dict[str, Any]:
    """Let this process's share of the clients work, several of them on one connection."""
    module, name = crowd.door.split(":")
    maker = getattr(importlib.import_module(module), name)
    shared: list[tuple[int, int]] = []
    threads_here = crowd.connections // crowd.processes
    outcomes: Counter[str] = Counter()
    acknowledged: dict[str, int] = {}
    until = time.monotonic() + crowd.seconds

    def work(thread: int) -> None:
        slot = process * threads_here + thread
        door = maker()
        clients = [
            Client(crowd, number, door, shared)
            for number in range(slot, crowd.clients, crowd.connections)
        ]
        try:
            for turn in range(crowd.operations // crowd.connections):
                if stopping.is_set() or time.monotonic() > until:
                    break
                clients[turn % len(clients)].act()
        except Exception as error:
            outcomes[f"broke: {error!r}"] += 1
        finally:
            door.close()
            for client in clients:
                outcomes.update(client.outcomes)
                acknowledged.update(client.acknowledged)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(threads_here)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"outcomes": outcomes, "acknowledged": acknowledged}


def hot_spot(**how: Any) -> Crowd:
    """Make accounts below three groups, the first one hot, and the crowd that works on them."""
    from tests import make
    from xinheng.exposure import operations as exposure

    # Groups that are younger than their members: locks in id order go from the leaves up.
    hot, *others = [make.account(9_000).pk for _ in range(3)]
    top = make.group()
    middle = make.group(parent=top)
    low = make.group(parent=middle)
    make.account(of=make.customer(group=low))
    limits = ((low, 12_000), (middle, 13_000), (top, 14_000))
    groups = [make.limited(make.group_account(group), limit).pk for group, limit in limits]
    for leaf, group in zip((hot, *others), (0, 0, 1), strict=True):
        exposure.regroup(by=make.CLERK, account_id=leaf, parent_id=groups[group], on=ON)
    return Crowd([hot] * 6 + others, [hot, *others, *groups], **how)


def start(crowd: Crowd, environment: dict[str, str]) -> list[subprocess.Popen[str]]:
    """Start the processes of a crowd."""
    command = [sys.executable, "-m", "tests.exposure.clients", json.dumps(asdict(crowd))]
    return [
        subprocess.Popen(
            [*command, str(process)],
            env={**os.environ, **environment},
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for process in range(crowd.processes)
    ]


def collect(processes: list[subprocess.Popen[str]]) -> tuple[Counter[str], dict[str, int]]:
    """Wait for a crowd; return outcomes by verb and refusal, and what was acknowledged by key."""
    outcomes: Counter[str] = Counter()
    acknowledged: dict[str, int] = {}
    for process in processes:
        said, _ = process.communicate()
        assert process.returncode == 0, said
        found = json.loads(said)
        outcomes.update(found["outcomes"])
        acknowledged.update(found["acknowledged"])
    return outcomes, acknowledged


# What really happened, in the order of the locks.

WATCH = """
CREATE TABLE trail (
    act bigint NOT NULL, entry_id bigint, account_id bigint, ceiling bigint, ancestors bigint[]
);
CREATE SEQUENCE trail_act;
CREATE FUNCTION trail_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO trail (act, entry_id)
    SELECT n.act, a.id FROM (SELECT nextval('trail_act') AS act OFFSET 0) n CROSS JOIN added a;
    RETURN NULL;
END $$;
CREATE FUNCTION trail_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO trail (act, account_id, ceiling, ancestors)
    VALUES (nextval('trail_act'), NEW.id,
            CASE NEW.mode WHEN 'none' THEN 0 ELSE NEW.limit_minor END, NEW.ancestors);
    RETURN NULL;
END $$;
-- After exposure_apply by name, so with the locks of the whole path in hand.
CREATE TRIGGER trail_entries AFTER INSERT ON exposure_entry
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION trail_entries();
CREATE TRIGGER trail_account AFTER UPDATE OF mode, limit_minor, ancestors ON exposure_account
FOR EACH ROW EXECUTE FUNCTION trail_account();
"""

START = """
SELECT id, CASE mode WHEN 'none' THEN 0 ELSE limit_minor END, ancestors,
       reserved_minor + delivered_minor + receivable_minor + bills_minor - deposits_minor
FROM exposure_account
"""

TRAIL = """
SELECT t.act, t.account_id, t.ceiling, t.ancestors, e.account_id, e.kind, e.excess_minor,
       e.reserved_minor + e.delivered_minor + e.receivable_minor + e.bills_minor
           - e.deposits_minor
FROM trail t LEFT JOIN exposure_entry e ON e.id = t.entry_id
ORDER BY t.act
"""


class Watch:
    """Sees the order in which acts took the locks, and adds up in plain Python who passed."""

    def __init__(self, owner: "psycopg.Connection[Any]") -> None:
        self.owner = owner
        owner.execute(WATCH)
        rows = owner.execute(START).fetchall()
        self.ceiling = {pk: ceiling for pk, ceiling, _, _ in rows}
        self.ancestors = {pk: ancestors for pk, _, ancestors, _ in rows}
        self.used: dict[int, int] = defaultdict(int, {pk: used for pk, _, _, used in rows})

    def oversold(self) -> list[str]:
        """Return every reservation that passed a limit in some committed state."""
        found = []
        acts: dict[int, list[Any]] = defaultdict(list)
        for act, *row in self.owner.execute(TRAIL):
            acts[act].append(row)
        for act in sorted(acts):
            (account, ceiling, ancestors, *_), *_ = rows = acts[act]
            if account is not None:
                self.ceiling[account], self.ancestors[account] = ceiling, ancestors
            else:
                found += self._book([row[3:] for row in rows], act)
        return found

    def differences(self) -> dict[int, tuple[int, int]]:
        """Return accounts whose counters are not what their entries add up to."""
        rows = self.owner.execute(START).fetchall()
        return {pk: (used, self.used[pk]) for pk, _, _, used in rows if used != self.used[pk]}

    def _book(self, entries: list[Any], act: int) -> list[str]:
        net: Counter[int] = Counter()
        asked: dict[int, int] = {}
        leaves: Counter[int] = Counter()
        for account, _, _, minor in entries:
            leaves[account] += minor
        for account, kind, excess, _ in entries:
            for node in (account, *self.ancestors[account]):
                if kind == "RESERVE" and leaves[account] > 0:
                    asked[node] = min(asked.get(node, excess), excess)
        for account, minor in leaves.items():
            for node in (account, *self.ancestors[account]):
                net[node] += minor
        passed = []
        for node, minor in net.items():
            self.used[node] += minor
            ceiling = self.ceiling[node]
            if node in asked and minor > 0 and ceiling is not None:
                over = self.used[node] - ceiling - asked[node]
                if over > 0:
                    passed.append(f"act {act}: account {node} over by {over}")
        return passed


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.config.settings"
    django.setup()
    # A door is named by its module: this one is not to be loaded twice.
    sys.modules["tests.exposure.clients"] = sys.modules["__main__"]
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    given = json.loads(sys.argv[1])
    given["ceilings"] = tuple(given["ceilings"])
    print(json.dumps(run(Crowd(**given), int(sys.argv[2]))))


if __name__ == "__main__":
    main()
