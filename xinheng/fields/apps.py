from pathlib import Path
from typing import Any

from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "xinheng.fields"
    label = "fields"
    verbose_name = "自定义字段"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xinheng import definitions
        from xinheng.fields import checks, following, in_force
        from xinheng.fields.schema import Form

        definitions.register(
            definitions.Kind(
                name="fields",
                zh="自定义字段",
                en="Custom fields",
                schema=Form,
                check=checks.check,
                shipped=Path(__file__).parent / "shipped",
                check_change=checks.check_change,
                follow=following.follow,
            )
        )
        in_force.provide(_form)


def _form(key: str) -> Any:
    from xinheng.fields import queries

    return queries.form(key)
