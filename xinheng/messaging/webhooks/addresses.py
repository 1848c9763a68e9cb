"""Which addresses may be called: public ones, and hosts that the administrator named.

A name is resolved once, every address it has must be public, and the connection then goes to the
address that was checked: a name that answers differently a moment later gains nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from xinheng.messaging.webhooks.refusals import AddressRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]
LONGEST = 500
# Ways to write an IPv4 address inside an IPv6 one that `ipaddress` does not unwrap by itself.
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_WHY = {
    "form": ("地址格式不正确", "it is not a well-formed address"),
    "scheme": ("只能使用 https", "only https is called"),
    "person": ("地址中不能带用户名和密码", "it carries a user or a password"),
    "host": ("主机名不正确", "the name of its host is not well formed"),
    "private": (
        "它不是公网地址；内网主机须由管理员放行",
        "it is not a public address; an administrator has to allow hosts of the own network",
    ),
    "unresolved": ("无法解析主机名", "the name of its host cannot be resolved"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was taken apart; `is_allowed`: the administrator named its host."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    is_allowed: bool

    @property
    def host_header(self) -> str:
        """Return the host as the request names it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return name if self.port == usual else f"{name}:{self.port}"


def read(url: str, allowed: Collection[str]) -> Target:
    """Take an address apart and refuse what can be told without asking a name server.

    allowed: `host` or `host:port`, lower case, that may be private and may speak http
    refuses: AddressRefused
    """
    printable = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>^`{|}')
    if not printable or len(url) > LONGEST:
        raise refused(url, "form")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise refused(url, "form") from error
    if parts.scheme not in ("https", "http") or parts.fragment:
        raise refused(url, "scheme" if parts.scheme not in ("https", "http") else "form")
    if "@" in parts.netloc:
        raise refused(url, "person")
    port = port if port is not None else 443 if parts.scheme == "https" else 80
    if not host or port == 0 or "%" in host or host.endswith("."):
        raise refused(url, "host")
    is_allowed = host in allowed or f"{host}:{port}" in allowed
    if parts.scheme != "https" and not is_allowed:
        raise refused(url, "scheme")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(url, parts.scheme, host, port, path, is_allowed)
    if not is_allowed:
        _refuse_inside(target)
    return target


def checked(target: Target, resolve: Resolve | None = None) -> str:
    """Return the address to connect to, after every address of the name was found public.

    refuses: AddressRefused
    """
    try:
        found = (resolve or _resolve)(target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise refused(target.url, "unresolved") from error
    if not found:
        raise refused(target.url, "unresolved")
    if not target.is_allowed and not all(is_public(one) for one in found):
        raise refused(target.url, "private")
    return found[0]


def is_public(text: str) -> bool:
    """Say whether an address is one of the open internet, in whatever form it is written."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (address, *_inside(address)))


def _inside(address: Address) -> list[Address]:
    """Return the IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address] = [
        one for one in (address.ipv4_mapped, address.sixtofour) if one is not None
    ]
    found += list(address.teredo or ())
    if any(address in network for network in (*_NAT64, _COMPATIBLE)):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def _refuse_inside(target: Target) -> None:
    """Refuse names of this machine and addresses written as numbers, in any base."""
    if "." not in target.host and ":" not in target.host:
        try:
            written = socket.inet_aton(target.host)
        except OSError:
            raise refused(target.url, "private") from None
    elif ":" in target.host:
        if not is_public(target.host):
            raise refused(target.url, "private")
        return
    else:
        try:
            written = socket.inet_aton(target.host)
        except OSError:
            if target.host.endswith((".localhost", ".local", ".internal", ".home.arpa")):
                raise refused(target.url, "private") from None
            return
    if not is_public(socket.inet_ntoa(written)):
        raise refused(target.url, "private")


def refused(url: str, why: str) -> AddressRefused:
    """Return the refusal of an address, without its query, which may hold a secret."""
    zh, en = _WHY[why]
    return AddressRefused(url=shown(url), why_zh=zh, why_en=en)


def shown(url: str) -> str:
    """Return an address as journal and pages show it: without its query."""
    return url.partition("?")[0][:200]


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
