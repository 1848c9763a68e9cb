"""The class of every stored field: 公开 public, 内部 internal, 敏感 sensitive, 机密 confidential.

Each room declares its own in `<room>/classes.py`, a table of model → class → names:

    FIELDS = {"Contact": {"internal": "id customer title", "sensitive": "name phone email"}}

Public is what anybody may know anyway; internal what colleagues with the permission see; sensitive
is about persons (个人信息) and shown by role (`policy.VIEWS`); confidential would harm at once:
bank accounts, secrets. Sensitive and confidential values lie sealed, hashed, or here with a reason.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import models

CLASSES = {"public": "公开", "internal": "内部", "sensitive": "敏感", "confidential": "机密"}
GUARDED = frozenset({"sensitive", "confidential"})
Table = Mapping[str, Mapping[str, str]]

# Tables of the frameworks, by app label and model.
FRAMEWORKS: dict[str, Table] = {
    "contenttypes": {"ContentType": {"internal": "id app_label model"}},
    "auth": {
        "Permission": {"internal": "id name content_type codename"},
        "Group": {"internal": "id name"},
        "Group_permissions": {"internal": "id group permission"},
    },
    "sessions": {
        "Session": {"internal": "expire_date", "confidential": "session_key session_data"},
    },
    "account": {
        "EmailAddress": {"internal": "id user verified primary", "sensitive": "email"},
        "EmailConfirmation": {
            "internal": "id created sent",
            "sensitive": "email_address",
            "confidential": "key",
        },
    },
    "axes": {
        "AccessAttempt": {
            "internal": "id username http_accept path_info attempt_time failures_since_start",
            "sensitive": "user_agent ip_address get_data post_data",
        },
        "AccessAttemptExpiration": {"internal": "access_attempt expires_at"},
        "AccessFailureLog": {
            "internal": "id username http_accept path_info attempt_time locked_out",
            "sensitive": "user_agent ip_address",
        },
        "AccessLog": {
            "internal": "id username http_accept path_info attempt_time logout_time session_hash",
            "sensitive": "user_agent ip_address",
        },
    },
    "procrastinate": {
        "ProcrastinateWorker": {"internal": "id last_heartbeat"},
        "ProcrastinateJob": {
            "internal": "id queue_name task_name priority lock args status scheduled_at attempts"
            " queueing_lock abort_requested worker",
        },
        "ProcrastinateEvent": {"internal": "id job type at"},
        "ProcrastinatePeriodicDefer": {"internal": "id task_name defer_timestamp job periodic_id"},
    },
}
# Guarded fields that are not sealed, each with what keeps them.
KEPT_OTHERWISE = {
    "sessions.Session.session_key": "random, ends with the session",
    "sessions.Session.session_data": "signed; holds who is signed in and nothing of customers",
    "account.EmailAddress.email": "mail is sent there; administrators only",
    "account.EmailConfirmation.email_address": "mail is sent there; administrators only",
    "account.EmailConfirmation.key": "unused: addresses are confirmed by administrators",
    "axes.AccessAttempt.user_agent": "kept until the next good sign-in",
    "axes.AccessAttempt.ip_address": "kept until the next good sign-in",
    "axes.AccessAttempt.get_data": "kept until the next good sign-in, passwords blotted out",
    "axes.AccessAttempt.post_data": "kept until the next good sign-in, passwords blotted out",
    "axes.AccessFailureLog.user_agent": "never written",
    "axes.AccessFailureLog.ip_address": "never written",
    "axes.AccessLog.user_agent": "never written",
    "axes.AccessLog.ip_address": "never written",
    "access.User.password": "argon2id",
    "access.User.email": "mail is sent there; administrators only",
    "access.OneTimeLink.secret_hash": "SHA-256 of 256 random bits",
    "access.Token.secret_hash": "SHA-256 of 256 random bits",
    "journal.Event.salt": "proves payloads, and is needed to",
    "messaging.Outgoing.recipient": "mail is sent there; of colleagues only",
}


def table() -> dict[str, str]:
    """Return "app.Model.field" → class for everything that is declared."""
    return dict(declared())


def class_of(model: type[models.Model], field: str) -> str:
    """Return the class of one field; KeyError when it has none."""
    return table()[f"{model._meta.app_label}.{model.__name__}.{field}"]


def stored() -> Iterator[tuple[str, str, "models.Field[Any, Any]"]]:
    """Yield (name, the file its class belongs in, field) for every stored field of every model."""
    for config in apps.get_app_configs():
        ours = config.name.startswith("xinheng.")
        file = f"{config.name.replace('.', '/')}/classes.py"
        for model in config.get_models(include_auto_created=True):
            for field in model._meta.concrete_fields:
                name = f"{config.label}.{model.__name__}.{field.name}"
                yield name, file if ours else "xinheng/access/classification.py", field


def declared() -> Iterator[tuple[str, str]]:
    """Yield ("app.Model.field", class) as the tables say it, double entries included."""
    for config in apps.get_app_configs():
        found: Table = FRAMEWORKS.get(config.label, {})
        if config.name.startswith("xinheng.") and find_spec(f"{config.name}.classes"):
            found = import_module(f"{config.name}.classes").FIELDS
        for model, by_class in found.items():
            for level, names in by_class.items():
                for name in names.split():
                    yield f"{config.label}.{model}.{name}", level
