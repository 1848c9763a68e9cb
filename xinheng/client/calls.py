"""The calls that a sales or ERP system makes, each one method."""

import ssl
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

from xinheng.client.answers import Account, Decision, Reservation
from xinheng.client.transport import Transport

Amount = Decimal | str | int


class Client:
    """Calls one server as one token.

    timeout: seconds one attempt may wait; deadline: seconds for a call with all its attempts
    language: of messages, `zh` or `en`
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 10.0,
        deadline: float = 30.0,
        language: str = "zh",
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._transport = Transport(
            url, token, timeout=timeout, deadline=deadline, language=language, context=context
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close this thread's connection."""
        self._transport.close()

    def check(self, customer: str, amount: Amount, **document: Any) -> Decision:
        """Ask whether a document may go on; nothing is reserved.

        document: currency, segment, kind, number, ship_date, terms_days
        """
        body = _document(customer, amount, document)
        return Decision.read(self._write("/credit/checks", body, ""))

    def reserve(
        self,
        customer: str,
        amount: Amount,
        *,
        key: str = "",
        expires_at: datetime | None = None,
        **document: Any,
    ) -> Reservation:
        """Set credit aside for a document.

        key: names this attempt, such as the document's number and a count; a held attempt stays
        held under its key. Without one a new key is made for this call.
        raises: CreditHeld, CreditRefused
        """
        body = _document(customer, amount, document)
        if expires_at is not None:
            body["expires_at"] = expires_at.isoformat()
        return Reservation.read(self._write("/credit/reservations", body, key))

    def reserve_many(
        self, items: Iterable[Mapping[str, Any]], *, key: str = ""
    ) -> list[dict[str, Any]]:
        """Reserve for up to 1,000 documents at once; each stands alone and carries its own `key`.

        items: bodies of reservations as the interface takes them, each with `key`
        """
        body = {"items": [dict(item) for item in items]}
        found: list[dict[str, Any]] = self._write("/credit/reservations/batch", body, key)[
            "results"
        ]
        return found

    def post(
        self, reservation_id: str | int, amount: Amount | None = None, *, key: str = ""
    ) -> Reservation:
        """Turn a reservation, or part of it, into a receivable; the rest is set free.

        raises: AlreadyResolved
        """
        body = {} if amount is None else {"amount": _text(amount)}
        return Reservation.read(
            self._write(f"/credit/reservations/{reservation_id}/post", body, key)
        )

    def void(self, reservation_id: str | int, *, key: str = "") -> Reservation:
        """Set a reservation free.

        raises: AlreadyResolved
        """
        return Reservation.read(self._write(f"/credit/reservations/{reservation_id}/void", {}, key))

    def reservation(self, reservation_id: str | int | None = None, *, key: str = "") -> Reservation:
        """Return a reservation by its number, or by the key it was asked for with.

        raises: NotFound; CreditHeld and CreditRefused when that is what the key was answered
        """
        if reservation_id is None:
            path = f"/credit/reservations?{urlencode({'key': key})}"
        else:
            path = f"/credit/reservations/{reservation_id}"
        return Reservation.read(self._transport.call("GET", path))

    def account(self, customer: str, *, segment: str = "main") -> Account:
        """Return the credit of a customer as it is now."""
        query = urlencode({"segment": segment})
        path = f"/credit/accounts/{quote(customer, safe='')}?{query}"
        return Account.read(self._transport.call("GET", path))

    def place_order(self, order: Mapping[str, Any], *, key: str = "") -> dict[str, Any]:
        """Enter an order; its answer says whether it may go on (`credit`) and why not."""
        return self._order("/orders", order, key)

    def amend_order(
        self, number: str, changes: Mapping[str, Any], *, key: str = ""
    ) -> dict[str, Any]:
        """Change amount, terms or ship date of an order; it is checked again."""
        return self._order(_of_order(number, "amend"), changes, key)

    def ship_order(
        self, number: str, shipment: Mapping[str, Any], *, key: str = ""
    ) -> dict[str, Any]:
        """Ship an order or part of it.

        raises: CreditHeld while it is held
        """
        return self._order(_of_order(number, "ship"), shipment, key)

    def invoice_order(
        self, number: str, invoice: Mapping[str, Any], *, key: str = ""
    ) -> dict[str, Any]:
        """Invoice an order or part of it."""
        return self._order(_of_order(number, "invoice"), invoice, key)

    def cancel_order(self, number: str, reason: str = "", *, key: str = "") -> dict[str, Any]:
        """Cancel an order and set free what it holds."""
        return self._order(_of_order(number, "cancel"), {"reason": reason}, key)

    def order(self, number: str) -> dict[str, Any]:
        """Return one order."""
        found: dict[str, Any] = self._transport.call("GET", f"/orders/{quote(number, safe='')}")
        return found

    def why(self, number: str) -> dict[str, Any]:
        """Return why an order is held, or why it was not."""
        found: dict[str, Any] = self._transport.call("GET", _of_order(number, "why"))
        return found

    def _order(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        found: dict[str, Any] = self._write(path, dict(body), key)
        return found

    def _write(self, path: str, body: Any, key: str) -> Any:
        """Send a write under its key; without one it gets one, so that repeating it is safe."""
        return self._transport.call("POST", path, _plain(body), key or str(uuid.uuid4()))


def _of_order(number: str, verb: str) -> str:
    return f"/orders/{quote(number, safe='')}/{verb}"


def _document(customer: str, amount: Amount, document: Mapping[str, Any]) -> dict[str, Any]:
    about = {"kind": "order", "number": "", **document}
    body: dict[str, Any] = {"customer": customer, "amount": _text(amount)}
    for name in ("currency", "segment"):
        if name in about:
            body[name] = about.pop(name)
    body["document"] = about
    return body


def _text(amount: Amount) -> str:
    if isinstance(amount, float):
        raise TypeError("give amounts as Decimal or text; a float has lost its exact value")
    return format(Decimal(amount), "f")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return value
