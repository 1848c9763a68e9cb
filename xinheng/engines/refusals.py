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


class SnapshotFolderTaken(Refusal):
    """The folder holds something that no snapshot of the books put there."""

    code = "snapshot-folder-taken"
    zh = "目录“{folder}”中有不属于快照的内容（{what}）。请指定一个空目录或原有的快照目录。"
    en = (
        "The folder '{folder}' holds what is no part of a snapshot ({what}). "
        "Name an empty folder, or one that a snapshot was written to."
    )
    is_input = True


class SnapshotRunning(Refusal):
    """Another snapshot is being written into the folder."""

    code = "snapshot-running"
    zh = "正在向目录“{folder}”写入另一份快照，请等待它完成。"
    en = "Another snapshot is being written to '{folder}'; wait for it to finish."
    status = 409
