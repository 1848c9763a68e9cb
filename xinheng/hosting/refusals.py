"""What stops an installation, each with the way to mend it: said in one sentence, never a trace."""

from xinheng.kernel.refusals import Refusal


class HostingRefusal(Refusal):
    """The installation cannot run as it stands."""

    status = 409


class PortTaken(HostingRefusal):
    code = "port-taken"
    zh = "地址 {bind} 已被占用。请停止占用它的程序，或用 XINHENG_BIND 换一个端口。"
    en = "The address {bind} is in use. Stop what uses it, or choose another with XINHENG_BIND."


class DiskFull(HostingRefusal):
    code = "disk-full"
    zh = (
        "{path} 所在磁盘只剩 {free_mb} MB，至少需要 {need_mb} MB。"
        "请清理空间，或用 XINHENG_HOME 换一块磁盘。"
    )
    en = (
        "Only {free_mb} MB are left on the disk of {path}; at least {need_mb} MB are needed. "
        "Free some space, or point XINHENG_HOME at another disk."
    )


class ForeignDataDirectory(HostingRefusal):
    code = "foreign-data-directory"
    zh = "{path} 不是本系统建立的数据目录（{why}）。请用 XINHENG_HOME 指向本系统自己的目录。"
    en = (
        "{path} is not a data directory of this installation ({why}). "
        "Point XINHENG_HOME at a folder of its own."
    )


class WrongVersion(HostingRefusal):
    code = "wrong-version"
    zh = "{what} 的版本是 {found}，需要 {wanted}。请换用合适的版本，或先备份再恢复到新版本。"
    en = (
        "{what} has version {found}; {wanted} is needed. "
        "Use a fitting version, or back up and restore into the new one."
    )


class MissingRight(HostingRefusal):
    code = "missing-right"
    zh = "没有权限{need_zh}：{path}。请修改它的所有者或权限，或用 XINHENG_HOME 换一个目录。"
    en = (
        "No right to {need}: {path}. "
        "Change its owner or mode, or point XINHENG_HOME at another folder."
    )


class MissingProgram(HostingRefusal):
    code = "missing-program"
    zh = "找不到程序 {program}。请重新执行 make install，或按说明安装它。"
    en = "The program {program} is missing. Run make install again, or install it as described."


class DatabaseUnreachable(HostingRefusal):
    code = "database-unreachable"
    zh = "无法连接数据库 {where}：{why}。请检查 DATABASE_URL 以及数据库是否在运行。"
    en = (
        "The database at {where} cannot be reached: {why}. "
        "Check DATABASE_URL and that the server runs."
    )


class DatabaseFailed(HostingRefusal):
    code = "database-failed"
    zh = "内置数据库未能启动：{why}。详情见 {log}。"
    en = "The embedded database did not start: {why}. Details are in {log}."


class AlreadyRunning(HostingRefusal):
    code = "already-running"
    zh = "信衡已在运行（进程 {pid}）。请先停止它，或直接打开 {address}。"
    en = "Xinheng is already running (process {pid}). Stop it first, or open {address}."


class BadSetting(HostingRefusal):
    code = "bad-setting"
    zh = "设置 {name} 的值“{value}”无效；例如：{example}。"
    en = "The setting {name} has the value “{value}”, which is not valid; for example: {example}."


class DatabaseOutdated(HostingRefusal):
    code = "database-outdated"
    zh = "数据库缺少 {pending} 个迁移。请先执行 xinheng migrate。"
    en = "The database lacks {pending} migrations. Run xinheng migrate first."


class StepFailed(HostingRefusal):
    code = "step-failed"
    zh = "步骤“{step}”未能完成：{why}"
    en = "The step “{step}” did not finish: {why}"


class ProgramFailed(HostingRefusal):
    code = "program-failed"
    zh = "程序 {program} 未能完成：{why}"
    en = "The program {program} did not finish: {why}"


class BackupDamaged(HostingRefusal):
    code = "backup-damaged"
    zh = "备份文件 {path} 无法使用（{why}）。请换一份备份。"
    en = "The backup {path} cannot be used ({why}). Take another one."
    status = 422
    is_input = True


class BackupUnfit(HostingRefusal):
    code = "backup-unfit"
    zh = "备份来自 {found}，本系统为 {ours}，无法恢复。请先升级本系统或数据库服务器。"
    en = (
        "The backup comes from {found}, this is {ours}: it cannot be restored here. "
        "Upgrade this installation, or its database server, first."
    )
    status = 422
    is_input = True


class BackupUnwritable(HostingRefusal):
    code = "backup-unwritable"
    zh = "无法写入 {path}：{why}。"
    en = "{path} cannot be written: {why}."


class DatabaseNotEmpty(HostingRefusal):
    code = "database-not-empty"
    zh = "数据库中已有数据（{what}）。确认要用备份替换它，请加 --force。"
    en = "The database is not empty ({what}). Add --force to replace it by the backup."
    is_input = True


class DatabaseInUse(HostingRefusal):
    code = "database-in-use"
    zh = "还有程序连接着数据库：{who}。请先停止它们。"
    en = "Programs are still connected to the database: {who}. Stop them first."


class RestoreDiffers(HostingRefusal):
    code = "restore-differs"
    zh = "恢复出的数据与备份不一致（{what}），原数据库保持不变。"
    en = "What was restored is not what was backed up ({what}); the database is as it was."


class InstantUnreachable(HostingRefusal):
    code = "instant-unreachable"
    zh = "无法恢复到 {until}：此基础备份能恢复到的时刻在 {earliest} 与 {latest} 之间。"
    en = (
        "{until} cannot be reached: this base backup leads to instants from {earliest} to {latest}."
    )
    status = 422
    is_input = True


class FieldKeysMissing(HostingRefusal):
    """Values on file were sealed with keys that are not in the key folder."""

    code = "field-keys-missing"
    zh = (
        "{values} 个加密值所用的密钥 {keys} 不在 {folder}。"
        "请把密钥文件放回该目录，或从带密钥的备份恢复（xinheng backup --with-keys 所写）。"
    )
    en = (
        "{values} sealed values need keys that are not in {folder}: {keys}. Put the key files "
        "back there, or restore them from a backup written with xinheng backup --with-keys."
    )


class NoBackup(HostingRefusal):
    """The books hold data and were never backed up."""

    code = "backup-missing"
    zh = "账内已有数据，但从未备份。请运行 xinheng backup 文件名，并安排每天一次。"
    en = (
        "The books hold data and were never backed up. "
        "Run xinheng backup FILE, and have it run every day."
    )


class BackupOld(HostingRefusal):
    """The last backup is older than it should be."""

    code = "backup-old"
    zh = "最近一次备份在 {on}，距今 {days} 天（最多 {allowed} 天）。请运行 xinheng backup 文件名。"
    en = (
        "The last backup was made on {on}, {days} days ago (at most {allowed} are well). "
        "Run xinheng backup FILE."
    )


class BooksNotSeen(HostingRefusal):
    """What lies in the database can be looked at only while it answers."""

    code = "books-not-seen"
    zh = "数据库没有运行或不是本版本的，未检查密钥与备份。请先运行 xinheng up 再检查。"
    en = (
        "The database does not run, or is of another version, so keys and backups were not "
        "looked at. Run xinheng doctor again after xinheng up."
    )


class MailNotSetUp(HostingRefusal):
    """No mail server is configured: people are told inside the program alone."""

    code = "mail-not-set-up"
    zh = "没有配置邮件服务器，提醒只在站内显示。请设置 XINHENG_SMTP（如 smtp://用户:密码@主机:587）。"
    en = (
        "No mail server is configured, so notices are shown in the program alone. "
        "Set XINHENG_SMTP, such as smtp://user:password@host:587."
    )
