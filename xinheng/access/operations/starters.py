"""The first people of an installation: one administrator, or one person per role for a demo."""

from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from xinheng.access import guards
from xinheng.access.models import User
from xinheng.access.operations.departments import create_department
from xinheng.access.operations.links import make_link
from xinheng.access.operations.users import ADMINISTRATOR, create_user
from xinheng.kernel.actors import Actor

DEPARTMENTS = (
    ("sales", "销售中心", ""),
    ("sales-east", "华东销售部", "sales"),
    ("sales-south", "华南销售部", "sales"),
    ("sales-north", "华北销售部", "sales"),
    ("credit", "信用管理部", ""),
    ("finance", "财务部", ""),
)

# username, name, role, department, scope
PEOPLE = (
    ("chenjing", "陈静", "credit_manager", "credit", User.Scope.ALL),
    ("zhouwei", "周伟", "sales", "sales-east", User.Scope.OWN),
    ("linna", "林娜", "sales_manager", "sales", User.Scope.DEPARTMENT),
    ("wangfang", "王芳", "finance", "finance", User.Scope.ALL),
    ("zhaolei", "赵磊", "collector", "credit", User.Scope.ALL),
    ("sunhao", "孙昊", "executive", "", User.Scope.ALL),
    ("hejun", "何军", "auditor", "", User.Scope.ALL),
    ("admin", "管理员", ADMINISTRATOR, "", User.Scope.ALL),
)


@transaction.atomic
def first_administrator(*, by: Actor, at: datetime, username: str = "admin") -> str | None:
    """Return the secret of a link for the first administrator; None when there is one already.

    refuses: Forbidden
    """
    guards.require(by, "access.manage")
    administrators = User.objects.filter(roles__contains=[ADMINISTRATOR], is_active=True)
    if administrators.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        return None
    if not User.objects.filter(username=username).exists():
        create_user(by=by, username=username, roles=[ADMINISTRATOR], scope=User.Scope.ALL)
    return make_link(by=by, username=username, at=at)


@transaction.atomic
def demo_users(*, by: Actor, at: datetime) -> list[tuple[User, str]]:
    """Return one person per role with the secret of a fresh one-time link each.

    People and departments are made when missing; nobody has a default password.

    refuses: Forbidden
    """
    guards.require(by, "access.manage")
    for code, name, parent in DEPARTMENTS:
        create_department(by=by, code=code, name=name, parent=parent)
    found: list[tuple[User, str]] = []
    for username, name, role, department, scope in PEOPLE:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = create_user(
                by=by,
                username=username,
                name=name,
                roles=[role],
                department=department,
                scope=scope,
            )
        found.append((user, make_link(by=by, username=username, at=at)))
    return found
