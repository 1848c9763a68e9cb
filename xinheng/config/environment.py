"""What the environment decides: folders, secrets, database, host names."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from xinheng.hosting import address, secrets
from xinheng.hosting import home as homes


def home() -> Path:
    """Return the folder of everything an installation writes (`XINHENG_HOME`, default var/)."""
    return homes.of_environment().path


def secret(name: str) -> str:
    """Return a secret of this installation, generated on first use into a 0600 file."""
    return secrets.get(homes.of_environment(), name)


def database() -> dict[str, Any]:
    """Return Django's database settings for the login that `XINHENG_DB_ROLE` picks."""
    found = address.parameters(address.role())
    named = ("dbname", "user", "password", "host", "port")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": found.get("dbname", ""),
        "USER": found.get("user", ""),
        "PASSWORD": found.get("password", ""),
        "HOST": found.get("host", ""),
        "PORT": str(found.get("port", "")),
        "OPTIONS": {name: value for name, value in found.items() if name not in named},
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def time_zone() -> str:
    """Return the zone that decides the business day."""
    return os.environ.get("XINHENG_TZ", "Asia/Shanghai")


def allowed_hosts() -> list[str]:
    """Return the host names the desk answers to (`XINHENG_HOSTS`, comma separated)."""
    named = [name for name in os.environ.get("XINHENG_HOSTS", "").split(",") if name]
    return [*named, "127.0.0.1", "localhost", "[::1]"]


def trusted_origins() -> list[str]:
    """Return the https origins of a reverse proxy, derived from `XINHENG_HOSTS`."""
    return [f"https://{name}" for name in os.environ.get("XINHENG_HOSTS", "").split(",") if name]


def behind_https() -> bool:
    """Say whether cookies may only travel over https (`XINHENG_HTTPS=1`)."""
    return os.environ.get("XINHENG_HTTPS") == "1"


def site() -> str:
    """Return the address people reach the desk at: the first of `XINHENG_HOSTS`, or our own."""
    from xinheng.hosting import ports

    named = [name for name in os.environ.get("XINHENG_HOSTS", "").split(",") if name]
    if named:
        return f"{'https' if behind_https() else 'http'}://{named[0]}"
    return ports.url(ports.of_environment())


def link_url(secret: str) -> str:
    """Return the address of a one-time sign-in link."""
    return f"{site()}/enter/{secret}/"


def mail() -> dict[str, Any]:
    """Return Django's mail settings from `XINHENG_SMTP` and `XINHENG_MAIL_FROM`.

    `host`, `host:port`, `smtp://user:password@host:587` (STARTTLS when there is a password) or
    `smtps://…`; signs in user and password are percent-encoded. No host: no mail is sent.
    """
    given = os.environ.get("XINHENG_SMTP", "").strip()
    found = urlsplit(given if "://" in given else f"smtp://{given}")
    over_tls = found.scheme == "smtps"
    host = found.hostname or ""
    is_name = any(sign.isalpha() for sign in host) and ":" not in host
    sender = host if is_name else "localhost"
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": found.port or (465 if over_tls else 587 if found.username else 25),
        "EMAIL_HOST_USER": unquote(found.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(found.password or ""),
        "EMAIL_USE_SSL": over_tls,
        "EMAIL_USE_TLS": bool(found.username) and not over_tls,
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": os.environ.get("XINHENG_MAIL_FROM", "") or f"xinheng@{sender}",
    }


def webhook_hosts() -> frozenset[str]:
    """Return the hosts of the own network that messages may go to (`XINHENG_WEBHOOK_HOSTS`).

    `host` or `host:port`, comma separated; these may speak http too.
    """
    named = os.environ.get("XINHENG_WEBHOOK_HOSTS", "").lower().split(",")
    return frozenset(name.strip() for name in named if name.strip())


def idle_seconds() -> int:
    """Return after how long without a request a session ends (`XINHENG_IDLE_MINUTES`; 0: never)."""
    return int(os.environ.get("XINHENG_IDLE_MINUTES", "60")) * 60


def static_storage() -> str:
    """Return the static files storage: hashed names when served, plain in tests."""
    if os.environ.get("XINHENG_STATIC") == "plain":
        return "django.contrib.staticfiles.storage.StaticFilesStorage"
    return "whitenoise.storage.CompressedManifestStaticFilesStorage"


def logging_config() -> dict[str, Any]:
    """Return the logging set-up: warnings and above to stderr, one line each.

    JSON unless a person looks on (`XINHENG_LOG_FORMAT` is json or line).
    """
    form = os.environ.get("XINHENG_LOG_FORMAT", "") or ("line" if sys.stderr.isatty() else "json")
    formatter = "PlainLines" if form == "line" else "JsonLines"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"xinheng.config.logs.{formatter}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": os.environ.get("XINHENG_LOG", "WARNING")},
    }
