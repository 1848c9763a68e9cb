"""What `demo` shows of the books: one screen, from what `review` and `ageing` say."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xinheng.config.terminal import bar, cut, left, paint, right

CELLS = 72
ALERTS = (("red", "红", "red"), ("orange", "橙", "yellow"), ("yellow", "黄", "yellow"))


def lines(
    review: dict[str, Any], ageing: dict[str, Any], watch: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield the lines of the summary: position, ageing, grades, tiers, whom to look at first.

    review, ageing: what these commands print with --json
    watch: the customers with the lowest scores (name, grade, open, overdue, currency, dpd)
    """
    yield ""
    title = left("信衡 · 信用评审", CELLS - 12)
    yield "  " + paint(title, "bold") + paint(right(str(review["as_of"]), 12), "dim")
    yield "  " + paint("─" * CELLS, "dim")
    for currency, found in review["currencies"].items():
        yield from _position(currency, found, review["customers"])
        yield from _ageing(ageing.get("currencies", {}).get(currency))
    yield from _spread("评级", dict(sorted(review["grades"].items(), key=_rank)))
    yield from _spread("分类", review["tiers"])
    yield from _watched(watch)
    yield from _warnings(review.get("alerts", {}))
    seconds = sum(Decimal(str(value)) for value in review["seconds"].values())
    yield "  " + paint(f"评审 {review['customers']} 家客户，用时 {seconds:.1f} 秒", "dim")
    yield ""


def _position(currency: str, found: dict[str, Any], customers: int) -> Iterator[str]:
    exposure, overdue = Decimal(found["exposure"]), Decimal(found["overdue"])
    share = _percent(overdue, exposure)
    cells = (
        ("客户", f"{customers:,} 家", 14),
        (f"应收 {currency}", _short(exposure), 18),
        ("其中逾期", f"{_short(overdue)}（{share}）", 24),
        ("建议额度", _short(Decimal(found["limit_proposed"])), 0),
    )
    yield "  " + "".join(paint(left(label, wide), "dim") for label, _, wide in cells)
    yield "  " + "".join(paint(left(text, wide), "bold") for _, text, wide in cells)
    yield ""


def _ageing(found: dict[str, Any] | None) -> Iterator[str]:
    """Yield one bar per bucket; the credit notes inside may make one negative."""
    if found is None:
        return
    rows = [("未到期", Decimal(found["not_due"])), ("无到期日", Decimal(found["no_due_date"]))]
    rows += [(_days(item), Decimal(item["amount"])) for item in found["buckets"]]
    whole = max((amount for _, amount in rows), default=Decimal(0))
    yield "  " + paint("账龄", "dim")
    for number, (label, amount) in enumerate(rows):
        if amount == 0:
            continue
        colour = "green" if number == 0 else "yellow" if number < 4 else "red"
        drawn = paint(left(bar(int(amount), int(whole), 36), 37), colour)
        yield f"    {left(label, 14)}{drawn}{right(_short(amount), 14)}"
    yield ""


def _days(item: dict[str, Any]) -> str:
    if item.get("to") is None:
        return f"逾期 {item['from']} 天起"
    return f"逾期 {item['from']}–{item['to']}"


def _spread(title: str, counts: dict[str, int]) -> Iterator[str]:
    if not counts:
        return
    whole = max(counts.values())
    yield "  " + paint(title, "dim")
    for name, count in counts.items():
        drawn = paint(left(bar(count, whole, 36), 37), "cyan")
        yield f"    {left(name or '—', 14)}{drawn}{right(f'{count:,}', 14)}"
    yield ""


def _rank(item: tuple[str, int]) -> tuple[str, int]:
    """Order grades from the best: AAA before AA before A before BBB."""
    return item[0][:1], -len(item[0])


def _watched(watch: list[dict[str, Any]]) -> Iterator[str]:
    if not watch:
        return
    yield "  " + paint("最需关注", "dim")
    for row in watch:
        name = cut(row["name"], 30)
        late = f"逾期 {row['dpd']} 天" if row["dpd"] else ""
        yield (
            f"    {left(name, 31)}{left(row['grade'], 5)}"
            f"{right(_short(Decimal(row['open'])), 14)}  {paint(late, 'red')}"
        )
    yield ""


def _warnings(alerts: dict[str, int]) -> Iterator[str]:
    if any(alerts.values()):
        parts = [paint(f"{label} {alerts.get(name, 0)}", colour) for name, label, colour in ALERTS]
        yield "  " + paint("预警", "dim") + "  " + "   ".join(parts)


def _short(amount: Decimal) -> str:
    """Return an amount as people say it: in 亿 or 万 once it is that large."""
    for unit, name in ((Decimal(100_000_000), "亿"), (Decimal(10_000), "万")):
        if abs(amount) >= unit:
            return f"{(amount / unit).quantize(Decimal('0.01'), ROUND_HALF_UP):,} {name}"
    return f"{amount:,}"


def _percent(part: Decimal, whole: Decimal) -> str:
    if whole <= 0:
        return "—"
    return f"{(part * 100 / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)} %"
