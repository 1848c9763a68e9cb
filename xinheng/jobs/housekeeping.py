"""Bodies that forget what the house need not remember."""

from datetime import timedelta

from django.utils import timezone

from xinheng import access
from xinheng.access import operations as people
from xinheng.parties import operations as parties

# For so long a removed contact or bank account can be taken back.
KEPT_AFTER_REMOVAL = timedelta(days=30)


def forget_sign_ins() -> None:
    people.forget_sign_ins(by=access.system("worker"), at=timezone.now())


def forget_touched() -> None:
    # Every process loads the bodies; only this one needs what reads the books out.
    from xinheng.engines import operations as engines

    engines.forget_touched(by=access.system("worker"), at=timezone.now())


def forget_removed() -> None:
    before = timezone.now() - KEPT_AFTER_REMOVAL
    parties.forget_removed(by=access.system("worker"), before=before)
