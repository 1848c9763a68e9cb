"""Bodies that forget what the house need not remember."""

from django.utils import timezone

from xinheng import access
from xinheng.access import operations as people
from xinheng.engines import operations as engines


def forget_sign_ins() -> None:
    people.forget_sign_ins(by=access.system("worker"), at=timezone.now())


def forget_touched() -> None:
    engines.forget_touched(by=access.system("worker"), at=timezone.now())
