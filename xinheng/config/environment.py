"""What the environment decides: folders, secrets, database, host names."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


def home() -> Path:
    """Return the folder of everything an installation writes (`XINHENG_HOME`, default var/)."""
    default = Path(__file__).resolve().parent.parent.parent / "var"
    return Path(os.environ.get("XINHENG_HOME", default)).absolute()


def secret(name: str) -> str:
    """Return a secret of this installation, generated on first use into a 0600 file."""
    path = home() / "secrets" / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        value = secrets.token_urlsafe(48)
        file.write(value)
    return value


def database() -> dict[str, Any]:
    """Return Django's database settings for the login that `XINHENG_DB_ROLE` picks."""
    role = os.environ.get("XINHENG_DB_ROLE", "app")
    url = os.environ.get("DATABASE_OWNER_URL") if role == "owner" else None
    url = url or os.environ.get("DATABASE_URL")
    if url:
        return from_url(url)
    from xinheng.hosting import cluster

    return from_url(cluster.url(home(), role))


def from_url(url: str) -> dict[str, Any]:
    """Turn postgresql://user:password@host:port/name?host=… into Django's settings."""
    from urllib.parse import parse_qs

    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.get("host", [""])[0],
        "PORT": str(parts.port or query.get("port", [""])[0]),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def time_zone() -> str:
    """Return the zone that decides the business day."""
    return os.environ.get("XINHENG_TZ", "Asia/Shanghai")


def bind() -> tuple[str, int]:
    """Return host and port of the web server (`XINHENG_BIND`)."""
    host, _, port = os.environ.get("XINHENG_BIND", "127.0.0.1:8000").rpartition(":")
    return host or "127.0.0.1", int(port)


def allowed_hosts() -> list[str]:
    """Return the host names the desk answers to (`XINHENG_HOSTS`, comma separated)."""
    named = [name for name in os.environ.get("XINHENG_HOSTS", "").split(",") if name]
    return [*named, "127.0.0.1", "localhost", "[::1]", "testserver"]


def trusted_origins() -> list[str]:
    """Return the https origins of a reverse proxy, derived from `XINHENG_HOSTS`."""
    return [f"https://{name}" for name in os.environ.get("XINHENG_HOSTS", "").split(",") if name]


def behind_https() -> bool:
    """Say whether cookies may only travel over https (`XINHENG_HTTPS=1`)."""
    return os.environ.get("XINHENG_HTTPS") == "1"


def static_storage() -> str:
    """Return the static files storage: hashed names when served, plain in tests."""
    if os.environ.get("XINHENG_STATIC") == "plain":
        return "django.contrib.staticfiles.storage.StaticFilesStorage"
    return "whitenoise.storage.CompressedManifestStaticFilesStorage"


def logging_config() -> dict[str, Any]:
    """Return the logging set-up: warnings and above to stderr, one line each."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": os.environ.get("XINHENG_LOG", "WARNING")},
    }
