"""What the room refuses."""

from xinheng.kernel.refusals import Refusal


class FormUnknown(Refusal):
    code = "form-unknown"
    zh = "没有名为“{form}”的问卷。已发布的问卷：{forms_zh}。"
    en = "No questionnaire is called “{form}”. Published ones: {forms_en}."


class ItemUnknown(Refusal):
    code = "form-item-unknown"
    zh = "问卷“{form_zh}”没有题目“{item}”。题目：{items_zh}。"
    en = "The questionnaire “{form_en}” has no item “{item}”. Items: {items_en}."


class AnswerUnknown(Refusal):
    code = "form-answer-unknown"
    zh = "“{item_zh}”不能回答“{answer}”。可回答：{allowed_zh}。"
    en = "“{item_en}” cannot be answered “{answer}”. Allowed: {allowed_en}."


class NothingAnswered(Refusal):
    code = "nothing-answered"
    zh = "还没有回答任何题目。"
    en = "Nothing has been answered yet."


class AnswersInTheFuture(Refusal):
    code = "answers-in-the-future"
    zh = "问卷日期 {date} 晚于今天。"
    en = "The date {date} of the questionnaire is later than today."
