"""What the ledger refuses. Each is the past fact that the caller has to live with."""

from xinheng.kernel.refusals import Refusal


class LimitExceeded(Refusal):
    """The reservation does not fit into what an account on its path has left."""

    code = "limit-exceeded"
    zh = (
        "额度不足：额度 {limit}，已占用 {used}，本次需要 {asked} {currency}。请申请调额或特批放行。"
    )
    en = (
        "The limit does not cover this: limit {limit}, used {used}, asked {asked} {currency}. "
        "Request a higher limit or a release."
    )
    status = 409


class AccountHalted(Refusal):
    """The account's books differ; nothing new is reserved on it until they agree again."""

    code = "account-halted"
    zh = "信用账户 {account} 账目核对不一致，已暂停新增占用，请联系信用经理核对。"
    en = "The books of credit account {account} differ; new reservations wait until they agree."
    status = 409


class BooksStillDiffer(Refusal):
    """An account stays halted while its books differ."""

    code = "books-still-differ"
    zh = "信用账户 {account} 的账目仍不一致（{checks}），不能恢复占用。"
    en = "The books of credit account {account} still differ ({checks}); it stays halted."
    status = 409


class AlreadyResolved(Refusal):
    """The reservation was already posted, voided or expired."""

    code = "already-resolved"
    zh = "占用 {reservation} 已经转应收、释放或到期，不能再次处理。"
    en = "Reservation {reservation} was already posted, voided or expired; it is resolved once."
    status = 409


class ReservationExpired(Refusal):
    """The reservation ran out before it was posted."""

    code = "reservation-expired"
    zh = "占用 {reservation} 已于 {expires_at} 到期，请重新占用额度。"
    en = "Reservation {reservation} expired at {expires_at}; reserve again."
    status = 409


class NotYetExpired(Refusal):
    """The reservation still stands."""

    code = "not-yet-expired"
    zh = "占用 {reservation} 尚未到期，不能按到期释放；如需取消请释放占用。"
    en = "Reservation {reservation} has not run out; void it instead."
    status = 409


class AmountTooLarge(Refusal):
    """More was posted than had been reserved."""

    code = "amount-too-large"
    zh = "转入金额 {amount} 超过占用金额 {reserved} {currency}，请先追加占用。"
    en = "Posting {amount} exceeds the {reserved} {currency} reserved; reserve the rest first."


class AmountNotPositive(Refusal):
    """An act of the ledger moves a positive amount."""

    code = "amount-not-positive"
    zh = "金额必须大于零，收到的是 {amount}。"
    en = "The amount must be greater than zero; it was {amount}."


class KeyReused(Refusal):
    """The same key came with other content."""

    code = "key-reused"
    zh = "幂等键 {key} 已用于另一笔内容，请更换新键。"
    en = "Key {key} was already used with other content; take a new key."


class UnknownAccount(Refusal):
    """No such credit account."""

    code = "unknown-account"
    zh = "信用账户 {account} 不存在。"
    en = "There is no credit account {account}."
    status = 404


class UnknownReservation(Refusal):
    """No such reservation."""

    code = "unknown-reservation"
    zh = "额度占用 {reservation} 不存在。"
    en = "There is no reservation {reservation}."
    status = 404


class CircularGroup(Refusal):
    """An account cannot be placed below itself."""

    code = "circular-account"
    zh = "账户 {account} 不能放在自己的下级账户 {parent} 之下。"
    en = "Account {account} cannot be placed below its own member {parent}."


class CurrencyOfTree(Refusal):
    """A tree of accounts has one credit currency."""

    code = "currency-of-tree"
    zh = "账户币种 {currency} 与上级账户币种 {above} 不一致，不能合并占用。"
    en = "The account's currency {currency} differs from {above} above it; they cannot add up."


class UnknownFact(Refusal):
    """No room posts a fact of this name."""

    code = "unknown-fact"
    zh = "账户状态中没有“{name}”这一项。"
    en = "There is no fact “{name}” about an account."


class ReasonNeeded(Refusal):
    """A block is set and lifted with a reason, under a code."""

    code = "reason-needed"
    zh = "请写明原因；停用代码 {code} 须由小写字母、数字和短横线组成。"
    en = "Say why; the code of a block, {code}, has small letters, digits and dashes."


class BlockUnknown(Refusal):
    """The account carries no such block."""

    code = "block-unknown"
    zh = "信用账户 {account} 没有代码为 {code} 的停用。"
    en = "Credit account {account} carries no block {code}."
    status = 404
