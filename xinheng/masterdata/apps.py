from django.apps import AppConfig


class MasterdataConfig(AppConfig):
    name = "xinheng.masterdata"
    label = "masterdata"
    verbose_name = "主数据"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say that what was found and what was merged keeps naming whom it was about."""
        from xinheng.fields import records
        from xinheng.masterdata.rules import CUSTOM
        from xinheng.parties import merging

        for column in ("before", "after"):
            records.keep(records.Place("customers", "masterdata_merge", column, prefix=CUSTOM))

        merging.keep(
            merging.Stays(
                ("masterdata.Candidate.first", "masterdata.Candidate.second"),
                "疑似重复：记录的是比较时的两个客户",
                "Possible duplicates: the two customers that were compared",
                falls="true",
            ),
            merging.Stays(
                ("masterdata.Merge.survivor", "masterdata.Merge.merged"),
                "合并记录",
                "Records of merges",
            ),
        )
