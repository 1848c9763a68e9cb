"""Reservations over HTTP beside bare SQL, with 8 and with 64 clients, and a thousand in one body.

The server is the one that `up` starts; a client is a kept-alive connection that sends the next
request when the last one is answered. Another answer than 201 counts as a failure.
"""

import argparse
import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import common, exposure

EACH = {"small": 60, "full": 1_000}
CROWDS = (8, 64)
BATCH = 1_000
PATH = "/api/v1/credit/reservations"


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=EACH, default="small")
    each = EACH[parser.parse_args().size]
    with common.books() as folder:
        first, token = exposure._fill(), _token()
        with _served() as port:
            _Crowd(port, token, 8).send(4)  # every worker has met every account's plan once
            for clients in CROWDS:
                _single(folder, first, _Crowd(port, token, clients), each * 8 // clients)
            _batch(_Crowd(port, token, 1))


class _Crowd:
    """So many connections of one token, each sending reservations one after the other."""

    def __init__(self, port: int, token: str, clients: int) -> None:
        self.port, self.token, self.clients = port, token, clients
        self.failed = 0
        self._turns = itertools.count()

    def send(self, each: int) -> None:
        """Let every client send so many requests and wait for all of them."""
        turn = next(self._turns)
        threads = [
            threading.Thread(target=self._client, args=(f"{id(self)}-{turn}-{number}", each))
            for number in range(self.clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def post(
        self, connection: http.client.HTTPConnection, path: str, body: object, key: str
    ) -> bytes:
        """Send one body and return what was answered; what is no success counts as failed."""
        connection.request(
            "POST", path, json.dumps(body),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
             **({"Idempotency-Key": key} if key else {})},
        )  # fmt: skip
        answer = connection.getresponse()
        content = answer.read()
        self.failed += answer.status not in (200, 201)
        return content

    def connection(self) -> http.client.HTTPConnection:
        """Open a connection that stays open."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def _client(self, name: str, each: int) -> None:
        connection = self.connection()
        for number in range(each):
            try:
                self.post(connection, PATH, _body(f"{name}-{number}"), f"{name}-{number}")
            except (OSError, http.client.HTTPException):
                self.failed += 1
                connection.close()
        connection.close()


def _body(name: str) -> dict[str, object]:
    customer = f"B{hash(name) % exposure.ACCOUNTS + 1}"
    return {"customer": customer, "amount": "1.00", "document": {"number": name}}


def _single(folder: Path, first: int, crowd: _Crowd, each: int) -> None:
    total = crowd.clients * each
    times: list[float] = []

    def ours() -> None:
        began = time.perf_counter()
        crowd.send(each)
        times.append(time.perf_counter() - began)

    common.paired(
        work="reservation over HTTP",
        size=f"{crowd.clients} clients, {total} reservations",
        ours=ours,
        against="pgbench, bench/reserve.sql, 8 clients",
        peer=lambda: exposure._pgbench(folder, first, total // exposure.CLIENTS),
        budget=0.2,
        at_least=True,
    )
    per_second = total / sorted(times)[len(times) // 2]
    row = {
        "work": "reservation over HTTP, failures", "size": f"{crowd.clients} clients",
        "failed": crowd.failed, "per_second": round(per_second),
        "budget": 500, "ok": crowd.failed == 0 and per_second >= 500,
    }  # fmt: skip
    print(json.dumps(row, ensure_ascii=False), flush=True)


def _batch(crowd: _Crowd) -> None:
    turns = itertools.count()
    connection = crowd.connection()

    def batch() -> None:
        turn = next(turns)
        names = [f"batch-{turn}-{number}" for number in range(BATCH)]
        body = {"items": [{**_body(name), "key": name} for name in names]}
        said = json.loads(crowd.post(connection, f"{PATH}/batch", body, ""))
        assert all(one["status"] == 201 for one in said["results"])

    common.paired(
        work="reservation batch over HTTP",
        size=f"{BATCH} items",
        ours=batch,
        against="the same one by one over one connection",
        peer=lambda: crowd.send(BATCH),
        budget=3.0,
        at_least=True,
    )
    connection.close()


def _token() -> str:
    from django.utils import timezone

    from xinheng import access
    from xinheng.access import operations

    _row, secret = operations.create_token(
        by=access.system("bench"), username="erp", scopes=["credit"], at=timezone.now()
    )
    return secret


@contextmanager
def _served() -> Iterator[int]:
    """Serve the books as `up` does, on a free port."""
    from xinheng.config import services
    from xinheng.hosting import ports

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = services.web(f"127.0.0.1:{port}")
    process = subprocess.Popen(
        service.command, env={**os.environ, **service.environment}, stdout=sys.stderr
    )
    try:
        until = time.monotonic() + 60
        while not ports.answers(f"127.0.0.1:{port}"):
            assert process.poll() is None and time.monotonic() < until, "the server does not start"
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
