"""What an import refuses as a whole; what is wrong with single rows is in `faults`."""

from xinheng.kernel.refusals import Refusal


class UnknownKind(Refusal):
    code = "import-kind-unknown"
    zh = "不能导入“{kind}”。可导入：{kinds}。"
    en = "“{kind}” cannot be imported; choose one of {kinds}."


class UnknownBatch(Refusal):
    code = "batch-unknown"
    zh = "没有导入批次 {batch}。"
    en = "There is no import batch {batch}."
    status = 404


class BatchFinished(Refusal):
    code = "batch-finished"
    zh = "导入批次 {batch} 已结束（{state_zh}），不能再次写入；请重新上传。"
    en = "Import batch {batch} has ended ({state_en}) and cannot be applied again; upload anew."
    status = 409


class BatchBusy(Refusal):
    code = "batch-busy"
    zh = "导入批次 {batch} 正在处理，请稍候。"
    en = "Import batch {batch} is being worked on; wait for it."
    status = 409


class SourceGone(Refusal):
    code = "batch-source-gone"
    zh = "导入批次 {batch} 的文件已被清理，请重新上传。"
    en = "The file of import batch {batch} has been cleared away; upload it again."
    status = 409


class TooManyRows(Refusal):
    code = "too-many-rows"
    zh = "一次最多提交 {allowed} 行，收到 {rows} 行。"
    en = "At most {allowed} rows in one request; {rows} were sent."


class NothingToResume(Refusal):
    code = "nothing-to-resume"
    zh = "没有这个文件未完成的导入批次。"
    en = "No unfinished import of this file is known."


class NotUndoable(Refusal):
    """Only a batch that was written can be taken back."""

    code = "batch-not-undoable"
    zh = "导入批次 {batch}（{state_zh}）没有写入账内的数据，不能撤销。"
    en = "Import batch {batch} ({state_en}) has written nothing that could be taken back."
    status = 409


class StillReferenced(Refusal):
    """Rows of the batch are pointed at by a table that nobody foresaw."""

    code = "batch-still-referenced"
    zh = "不能撤销导入批次 {batch}：后来的记录（{table}）仍引用其中的数据。"
    en = "Import batch {batch} cannot be taken back: later records ({table}) still point at it."
    status = 409
