"""What opening an engine may refuse."""

from xinheng.kernel.refusals import Refusal


class EngineUnknown(Refusal):
    """There is no engine of that name, or it cannot read such a source."""

    code = "engine-unknown"
    zh = "没有引擎“{engine}”，或它不能读取该来源；可用：postgres（账簿）、duckdb（账簿、快照）。"
    en = (
        "There is no engine '{engine}', or it cannot read this source; "
        "known: postgres (books), duckdb (books, snapshots)."
    )


class SnapshotUnreadable(Refusal):
    """A snapshot folder lacks a file or a column, or holds what it may not."""

    code = "snapshot-unreadable"
    zh = "快照“{folder}”无法使用，缺少或不符：{what}。"
    en = "Snapshot '{folder}' cannot be used; missing or unfit: {what}."
