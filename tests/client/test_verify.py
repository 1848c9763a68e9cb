"""S7: a message is taken only whole, fresh and signed by a secret that is valid now."""

import base64

import pytest

from xinheng.client import WebhookInvalid, verify_webhook
from xinheng.messaging.webhooks import rules

# The example of the specification: Standard Webhooks 1.0, "Signature scheme".
SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
BODY = b'{"event_type":"ping","data":{"success":true}}'
HEADERS = {
    "webhook-id": "msg_loFOjxBNrRLzqYUf",
    "webhook-timestamp": "1731705121",
    "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
}
NOW = 1731705121
OTHER = "whsec_" + base64.b64encode(b"another secret of ours").decode()


def test_the_published_example_verifies_and_is_signed_alike():
    assert verify_webhook(BODY, HEADERS, SECRET, now=NOW)["data"] == {"success": True}
    signed = rules.signature(SECRET, HEADERS["webhook-id"], NOW, BODY)
    assert signed == HEADERS["webhook-signature"]


def test_every_byte_counts():
    for at in range(len(BODY)):
        changed = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
        with pytest.raises(WebhookInvalid):
            verify_webhook(changed, HEADERS, SECRET, now=NOW)
    for name, value in HEADERS.items():
        for at in range(len(value)):
            changed = value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
            with pytest.raises(WebhookInvalid):
                verify_webhook(BODY, {**HEADERS, name: changed}, SECRET, now=NOW)


@pytest.mark.parametrize("now", [NOW - 301, NOW + 301, 0, NOW * 2])
def test_an_old_message_and_one_from_the_future_are_refused(now):
    with pytest.raises(WebhookInvalid):
        verify_webhook(BODY, HEADERS, SECRET, now=now)


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", [None, "", " ", "v1,", "v1", "v2,x", "-1", "1e9", "٣"])
def test_a_missing_or_empty_header_is_refused(name, value):
    changed = {key: one for key, one in HEADERS.items() if key != name}
    if value is not None:
        changed[name] = value
    with pytest.raises(WebhookInvalid):
        verify_webhook(BODY, changed, SECRET, now=NOW)


def test_while_a_secret_is_rotated_the_old_and_the_new_one_verify_and_a_third_does_not():
    third = rules.new_secret()
    both = " ".join(rules.signature(one, "msg_1", NOW, BODY) for one in (OTHER, SECRET))
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(NOW), "Webhook-Signature": both}
    for secret in (OTHER, SECRET, [third, SECRET]):
        assert verify_webhook(BODY, headers, secret, now=NOW)
    for secret in (third, [], [third]):
        with pytest.raises(WebhookInvalid):
            verify_webhook(BODY, headers, secret, now=NOW)


def test_a_signature_of_another_message_does_not_fit():
    """A replayed body under a new number or time is another message."""
    for name, value in [("webhook-id", "msg_2"), ("webhook-timestamp", str(NOW + 1))]:
        with pytest.raises(WebhookInvalid):
            verify_webhook(BODY, {**HEADERS, name: value}, SECRET, now=NOW)


@pytest.mark.parametrize("secret", ["whsec_", "", "whsec_#"])
def test_an_empty_secret_verifies_nothing(secret):
    with pytest.raises(ValueError, match="secret"):
        verify_webhook(BODY, HEADERS, secret, now=NOW)
