"""Mail to a person at a customer, whose address stays sealed until the mail leaves."""

from typing import Any

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.messaging import channels
from xinheng.parties.models import Contact

CONTACT = "contact"


class NoAddress(channels.NotSetUp):
    """The contact was removed meanwhile, or has no address."""


def deliver(recipient: str, body: dict[str, Any]) -> None:
    """Send a mail to the contact of that uuid."""
    channels.deliver("mail", _address(access.system("orders"), recipient), body)


def _address(by: Actor, uuid: str) -> str:
    contact = Contact.objects.filter(uuid=uuid, removed_at__isnull=True).first()
    if contact is None:
        raise NoAddress("联系人已删除 (the contact was removed)")
    access.require(by, "customers.read", contact.customer)
    address = str(contact.take("email") or "")
    if not address:
        raise NoAddress("联系人没有邮箱 (the contact has no address)")
    return address
