"""Departments: the tree that the scope “department” follows."""

from django.db import transaction

from xinheng import journal
from xinheng.access import guards, refusals
from xinheng.access.models import Department
from xinheng.kernel.actors import Actor


@transaction.atomic
def create_department(*, by: Actor, code: str, name: str = "", parent: str = "") -> Department:
    """Return the department with this code, made when it does not exist yet.

    refuses: Forbidden, DepartmentUnknown for the parent
    """
    guards.require(by, "access.manage")
    above = None
    if parent:
        above = Department.objects.filter(code=parent).first()
        if above is None:
            raise refusals.DepartmentUnknown(department=parent)
    department, made = Department.objects.get_or_create(
        code=code, defaults={"name": name or code, "parent": above}
    )
    if made:
        journal.write(
            by=by,
            action="access.create_department",
            object=f"department:{code}",
            after={"code": code, "name": department.name, "parent": parent},
        )
    return department
