from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "xinheng.evidence"
    label = "evidence"
    verbose_name = "证据"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xinheng import definitions
        from xinheng.evidence import forms
        from xinheng.parties import merging
        from xinheng.parties.operations.following import Rows

        merging.register(
            Rows("evidence.Statement", "财务报表", "Statements", unique=("period_end",)),
            Rows("evidence.Event", "外部事件", "Public events"),
            Rows("evidence.BureauReport", "征信报告", "Bureau reports"),
            Rows("evidence.Questionnaire", "问卷", "Questionnaires", unique=("form", "date")),
            Rows(
                "evidence.TaxInvoice", "进销项发票", "Trade invoices of the customer",
                unique=("direction", "number", "line"),
            ),
            Rows("evidence.Interaction", "往来记录", "Dealings"),
        )  # fmt: skip

        definitions.register(
            definitions.Kind(
                name="form",
                zh="问卷",
                en="Questionnaire",
                schema=forms.Form,
                check=forms.check,
                shipped=forms.SHIPPED,
            )
        )
