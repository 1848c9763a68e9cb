"""The address of the web server: is it free, does somebody answer there."""

import os
import socket

from xinheng.hosting.refusals import BadSetting, MissingRight, PortTaken

DEFAULT = "127.0.0.1:8000"


def split(bind: str) -> tuple[str, int]:
    """Return host and port of "host:port" or "port".

    refuses: BadSetting
    """
    host, _, port = bind.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise BadSetting(name="XINHENG_BIND", value=bind, example=DEFAULT)
    return host.strip("[]") or "127.0.0.1", int(port)


def of_environment() -> str:
    """Return the address that XINHENG_BIND names."""
    return os.environ.get("XINHENG_BIND", "").strip() or DEFAULT


def url(bind: str) -> str:
    """Return the address as a browser on this machine wants it."""
    host, port = split(bind)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def require_free(bind: str) -> None:
    """Refuse an address that cannot be listened on.

    refuses: PortTaken, MissingRight (ports below 1024 need a right)
    """
    host, port = split(bind)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
    except PermissionError as error:
        raise MissingRight(
            path=bind, need="listen on this address", need_zh="监听此地址"
        ) from error
    except OSError as error:
        raise PortTaken(bind=bind) from error


def answers(bind: str) -> bool:
    """Tell whether somebody accepts connections there."""
    try:
        with socket.create_connection(split(bind), timeout=1.0):
            return True
    except OSError:
        return False
