"""What is wrong with a whole file, said before or while it is read."""

from xinheng.kernel.refusals import Refusal


class FileRefused(Refusal):
    """The file as a whole cannot be read."""

    code = "file-refused"
    zh = "文件无法读取。"
    en = "The file cannot be read."


class FileEmpty(FileRefused):
    code = "file-empty"
    zh = "文件里没有数据行。请检查是否选错了文件，或第一行是否为表头。"
    en = "The file holds no rows of data. Check that it is the right file with a header row."


class FileKindUnknown(FileRefused):
    code = "file-kind-unknown"
    zh = "这不是 CSV 或 XLSX 文件（{found}）。请另存为 XLSX 或 UTF-8 CSV 后再导入。"
    en = "This is neither CSV nor XLSX ({found}). Save it as XLSX or UTF-8 CSV and try again."


class FileEncoding(FileRefused):
    code = "file-encoding"
    zh = "第 {row} 行含有既非 UTF-8 也非 GB18030 的字节。请把文件另存为 UTF-8 编码。"
    en = "Line {row} holds bytes that are neither UTF-8 nor GB18030. Save the file as UTF-8."


class FileDamaged(FileRefused):
    code = "file-damaged"
    zh = "文件已损坏或不完整（{why}）。请重新导出或重新下载后再试。"
    en = "The file is damaged or incomplete ({why}). Export or download it again."


class FileBomb(FileRefused):
    code = "file-bomb"
    zh = "{part} 解压后达 {unpacked_mb} MB，超出允许的 {allowed_mb} MB。大批量数据请用 CSV 导入。"
    en = (
        "{part} unpacks to {unpacked_mb} MB, more than the allowed {allowed_mb} MB. "
        "Use CSV for large amounts of data."
    )


class FileNested(FileRefused):
    code = "file-nested"
    zh = "工作簿里嵌有其他文件（{part}）。请删除嵌入对象后再导入。"
    en = "The workbook holds another file ({part}). Remove embedded objects and try again."


class FileMacros(FileRefused):
    code = "file-macros"
    zh = "工作簿含有宏（{part}）。请另存为不含宏的 XLSX 后再导入。"
    en = "The workbook holds macros ({part}). Save it as XLSX without macros and try again."


class FileDeclaresEntities(FileRefused):
    code = "file-entities"
    zh = "工作簿的 {part} 中含有文档类型声明，不予读取。请用表格软件重新另存。"
    en = "{part} of the workbook declares a document type and is not read. Save it again."


class FileTooWide(FileRefused):
    code = "file-too-wide"
    zh = "表头有 {columns} 列，最多允许 {allowed} 列。请删除多余的列。"
    en = "The header has {columns} columns; at most {allowed} are allowed. Remove surplus columns."


class FileTooLong(FileRefused):
    code = "file-too-long"
    zh = "文件超过 {allowed} 行。请拆分后分别导入。"
    en = "The file has more than {allowed} rows. Split it and import the parts."


class FileTooLarge(FileRefused):
    code = "file-too-large"
    zh = "读取该文件所需内存超过允许的 {allowed_mb} MB。请拆分文件，或改用 CSV。"
    en = (
        "Reading the file takes more than the allowed {allowed_mb} MB of memory. "
        "Split it or use CSV."
    )


class FileTooSlow(FileRefused):
    code = "file-too-slow"
    zh = "读取该文件超过 {allowed_seconds} 秒，已停止。请拆分文件，或改用 CSV。"
    en = "Reading the file took longer than {allowed_seconds} seconds and was stopped. Split it."


class LineTooLong(FileRefused):
    code = "line-too-long"
    zh = "第 {row} 行超过 {allowed} 个字符；可能缺少换行或引号未闭合。"
    en = "Line {row} is longer than {allowed} characters; a line end or a quote may be missing."


class QuotesBroken(FileRefused):
    code = "quotes-broken"
    zh = "第 {row} 行的引号不完整（{why}）。请检查该行的英文双引号。"
    en = "The quotes of row {row} do not match ({why}). Check the double quotes of that row."
