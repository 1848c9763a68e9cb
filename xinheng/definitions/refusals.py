"""What definitions refuse."""

from xinheng.kernel.refusals import Refusal


class DefinitionHasProblems(Refusal):
    """The content does not pass its checks; `problems` holds each with its place."""

    code = "definition-has-problems"
    zh = "“{title}”有 {count} 处需要修改：{first_zh}"
    en = "{title} has {count} problems to mend: {first_en}"
    is_input = True


class UnknownDefinition(Refusal):
    """No such definition, version or kind."""

    code = "unknown-definition"
    zh = "没有找到配置“{name}”。"
    en = "There is no definition {name}."
    status = 404


class NotADraft(Refusal):
    """Only a draft can be changed or published."""

    code = "not-a-draft"
    zh = "“{name}”不是草稿，不能修改或发布；请以它为底新建草稿。"
    en = "{name} is not a draft and cannot be changed or published; start a draft from it."
    status = 409


class DraftChanged(Refusal):
    """Somebody else has changed the draft since it was read."""

    code = "draft-changed"
    zh = "“{title}”的草稿已被他人修改，请在最新的内容上再改一次。"
    en = "The draft of {title} has been changed by somebody else; make your change again on it."
    status = 409


class UnreadableDefinition(Refusal):
    """A file is no definition."""

    code = "unreadable-definition"
    zh = "文件“{file}”无法读取：{why}"
    en = "File {file} cannot be read: {why}"
    is_input = True
