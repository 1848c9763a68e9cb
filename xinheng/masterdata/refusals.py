"""What the room refuses."""

from xinheng.kernel.refusals import Refusal


class SameCustomer(Refusal):
    """A customer cannot be merged into itself."""

    code = "same-customer"
    zh = "请选择两个不同的客户；{code} 不能与自己合并。"
    en = "Choose two different customers; {code} cannot be merged with itself."


class UnknownCustomer(Refusal):
    """No such customer within the scope; outside of it reads the same, so nothing leaks."""

    code = "merge-unknown-customer"
    zh = "找不到编码为“{customer}”的客户，或它不在您的数据范围内。"
    en = "No customer with code “{customer}” exists within your data scope."
    status = 404


class AlreadyMerged(Refusal):
    """One of the two lives on in another record already."""

    code = "already-merged"
    zh = "客户 {customer} 已并入 {into}，请改用 {into}。"
    en = "Customer {customer} has been merged into {into}; use {into} instead."
    status = 409


class UnknownChoice(Refusal):
    """A field that nobody can choose, or a side that is neither of the two."""

    code = "unknown-choice"
    zh = "“{field}”不能选择“{side}”。"
    en = "“{field}” cannot be taken from “{side}”."


class UnknownMerge(Refusal):
    """No such merge within the scope."""

    code = "unknown-merge"
    zh = "找不到合并记录 {merge}，或它不在您的数据范围内。"
    en = "There is no merge {merge} within your data scope."
    status = 404


class AlreadyUndone(Refusal):
    """A merge is undone once."""

    code = "merge-already-undone"
    zh = "合并 {merge} 已经撤销。"
    en = "Merge {merge} has been undone already."
    status = 409


class LaterMerge(Refusal):
    """A later merge of the same customer stands on this one."""

    code = "later-merge"
    zh = "{survivor} 之后又有合并（{other} 并入 {into}），请先撤销那一次。"
    en = "{survivor} was merged again later ({other} into {into}); undo that merge first."
    status = 409


class UnknownCandidate(Refusal):
    """No such pair within the scope."""

    code = "unknown-candidate"
    zh = "找不到这一对疑似重复客户，或其中一个不在您的数据范围内。"
    en = "There is no such pair within your data scope."
    status = 404


class CandidateSettled(Refusal):
    """Somebody was faster."""

    code = "candidate-settled"
    zh = "这一对客户已经合并，不能再判断。"
    en = "These two have been merged; there is nothing left to judge."
    status = 409


class SearchRunning(Refusal):
    """One search over all customers at a time."""

    code = "search-running"
    zh = "正在查找重复客户，请等它结束后再开始新的查找。"
    en = "A search for duplicates is running; start another one when it has ended."
    status = 409
