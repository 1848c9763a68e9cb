"""S6: no message leads into a network that is not public, however its address is written."""

import socket

import pytest

from xinheng.messaging.webhooks import addresses, sending
from xinheng.messaging.webhooks.refusals import AddressRefused

# ruff: noqa: S104
PRIVATE = [
    "127.0.0.1", "127.1", "127.255.255.254", "0", "0.0.0.0", "0.0.0.1", "10.0.0.1", "10.255.255.1",
    "172.16.0.1", "172.31.255.1", "192.168.0.1", "192.168.255.1", "169.254.169.254", "169.254.1.1",
    "100.64.0.1", "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.0.1",
    # The same in other bases, and with fewer parts.
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0x7f.1", "127.0.1",
    "3232235521", "0xc0a80001", "0251.0376.0251.0376", "0xa9.0xfe.0xa9.0xfe", "2852039166",
    "10.1", "0xa.1", "012.1",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]", "[::7f00:1]", "[fc00::1]", "[fd12:3456::1]", "[fe80::1]", "[ff02::1]",
    "[2001:db8::1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::]", "[2001:0:7f00:1::]", "[64:ff9b:1::a00:1]", "[0:0:0:0:0:ffff:a00:1]",
    "localhost", "LOCALHOST", "db", "metadata", "a.localhost", "printer.local", "db.internal",
    "router.home.arpa",
]  # fmt: skip
MALFORMED = [
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
    "//example.com/", "example.com", "", "https://", "https:///x", "https://user@example.com/",
    "https://user:pw@example.com/", "https://example.com@127.0.0.1/", "https://127.0.0.1#@example.com/",
    "https://example.com:0/", "https://example.com:99999/", "https://example.com:port/",
    "https://example.com./", "https://127.0.0.1./", "https://exa mple.com/", "https://例子.测试/",
    "https://example.com/\r\nHost: evil", "https://[fe80::1%25eth0]/", "https://[::1",
    "https://example.com/" + "a" * 500, "https://exam%70le.com/", "https://example.com\\@127.0.0.1/",
]  # fmt: skip


def test_there_are_eighty_ways_to_try():
    assert len(PRIVATE) + len(MALFORMED) >= 80


@pytest.mark.parametrize("host", PRIVATE)
def test_an_address_of_our_own_network_is_refused_when_it_is_named(host):
    with pytest.raises(AddressRefused):
        addresses.read(f"https://{host}/hook", ())


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_https_address_is_refused(url):
    with pytest.raises(AddressRefused):
        addresses.read(url, ())


@pytest.mark.parametrize(
    "host", [one for one in PRIVATE if one[0] in "[0123456789" and "x" not in one]
)
def test_a_name_that_leads_there_is_refused_before_anything_is_connected(host, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    target = addresses.read("https://hooks.example.com/x", ())
    found = host.strip("[]")
    for answer in ([found], ["93.184.216.34", found]):
        outcome = sending.post(target, b"{}", {}, resolve=lambda *_, answer=answer: answer)
        assert outcome.status is None and "public" in outcome.error


def test_a_name_is_resolved_once_and_the_checked_address_is_called(monkeypatch):
    """DNS rebinding: the second answer would be private, and is never asked for."""
    answers, called = iter([["93.184.216.34"], ["127.0.0.1"]]), []

    def connect(address, timeout):
        called.append(address)
        raise ConnectionRefusedError("far away")

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("resolved again"))
    target = addresses.read("https://hooks.example.com/x", ())
    outcome = sending.post(target, b"{}", {}, resolve=lambda *_: next(answers))
    assert called == [("93.184.216.34", 443)] and "ConnectionRefused" in outcome.error


def test_a_name_that_does_not_resolve_is_an_outcome():
    def nothing(*_):
        raise socket.gaierror("no such name")

    target = addresses.read("https://hooks.example.com/x", ())
    assert "resolved" in sending.post(target, b"{}", {}, resolve=nothing).error


def test_the_administrator_lets_a_host_through_and_its_port_alone():
    assert addresses.read("http://10.0.0.5:8080/x", {"10.0.0.5:8080"}).is_allowed
    assert addresses.read("http://erp.local/x", {"erp.local"}).path == "/x"
    with pytest.raises(AddressRefused):
        addresses.read("http://10.0.0.5:9090/x", {"10.0.0.5:8080"})


def test_public_addresses_are_public():
    for text in ("93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822", "::ffff:8.8.8.8"):
        assert addresses.is_public(text), text
    assert addresses.read("https://hooks.example.com:8443/a?b=1", ()).host_header.endswith(":8443")


def test_a_receiver_that_answers_byte_by_byte_is_cut_off():
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        target = addresses.read(f"http://{host}/x", {host})
        server.settimeout(5)
        outcome = sending.post(target, b"{}", {}, timeout=0.3)
        assert outcome.status is None and outcome.error
