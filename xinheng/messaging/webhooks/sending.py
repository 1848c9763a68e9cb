"""One POST to one checked address: no redirect is followed, no proxy asked, nothing read back."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping

from xinheng.messaging.webhooks.addresses import Resolve, Target, checked
from xinheng.messaging.webhooks.refusals import AddressRefused
from xinheng.messaging.webhooks.rules import TIMEOUT_SECONDS, Outcome

AGENT = "Xinheng-Webhooks/1"


class _Connection(http.client.HTTPConnection):
    """Connects to the address that was checked; TLS asks for the name that was asked for."""

    def __init__(self, target: Target, address: str, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target, self._address = target, address

    def connect(self) -> None:
        """Open the connection, past any resolver."""
        sock = socket.create_connection((self._address, self._target.port), self.timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            try:
                sock = context.wrap_socket(sock, server_hostname=self._target.host)
            except BaseException:
                sock.close()
                raise
        self.sock = sock


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolve: Resolve | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> Outcome:
    """Send a message and return what was answered; every failure is an outcome.

    timeout: seconds for the whole exchange, also from a receiver that answers byte by byte
    """
    try:
        connection = _Connection(target, checked(target, resolve), timeout)
    except AddressRefused as refusal:
        return Outcome(None, str(refusal.params.get("why_en", refusal.code)))
    watch = threading.Timer(timeout, _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        connection.request(
            "POST",
            target.path,
            body,
            {
                **headers,
                "Host": target.host_header,
                "Content-Type": "application/json",
                "User-Agent": AGENT,
                "Connection": "close",
            },
        )
        answer = connection.getresponse()
        return Outcome(answer.status, "", answer.headers.get("Retry-After", ""))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(None, f"{type(error).__name__}: {error}"[:200])
    finally:
        watch.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    """Break an exchange that takes too long; the thread that waits on it then fails."""
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
