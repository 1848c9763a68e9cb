"""The only writer of users, departments, one-time links and tokens."""

from xinheng.access.operations.departments import create_department
from xinheng.access.operations.links import make_link, use_link
from xinheng.access.operations.reveals import reveal
from xinheng.access.operations.rotation import drop_key, rotate_keys
from xinheng.access.operations.starters import demo_users, first_administrator
from xinheng.access.operations.tokens import create_token, revoke_token
from xinheng.access.operations.users import (
    choose_password,
    create_user,
    disable_user,
    enable_user,
    forget_sign_ins,
    record_sign_in,
    set_roles,
)

__all__ = [
    "choose_password",
    "create_department",
    "create_token",
    "create_user",
    "demo_users",
    "disable_user",
    "drop_key",
    "enable_user",
    "first_administrator",
    "forget_sign_ins",
    "make_link",
    "record_sign_in",
    "reveal",
    "revoke_token",
    "rotate_keys",
    "set_roles",
    "use_link",
]
