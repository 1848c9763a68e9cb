"""Exchange and prime rates, days off and make-up days."""

from collections.abc import Mapping, Sequence

from xinheng.exchange.kinds.columns import CellFault, Column, Kind

RATE_KINDS = {"fx": "汇率", "lpr_1y": "一年期LPR", "lpr_5y": "五年期LPR"}


def _complete(texts: list[str], at: Mapping[str, int]) -> Sequence[CellFault]:
    """Ask for both currencies of an exchange rate, and for none of a prime rate."""
    faults: list[CellFault] = []
    for name in ("from", "to"):
        named = bool(texts[at[name]])
        if texts[at["kind"]] == "fx" and not named:
            faults.append((name, "missing-value", {}))
        elif texts[at["kind"]] in ("lpr_1y", "lpr_5y") and named:
            faults.append((name, "currency-without-exchange", {}))
    return faults


RATES = Kind(
    name="rates",
    zh="汇率与利率",
    en="Rates",
    permission="reference.write",
    key=("kind", "from", "to", "date"),
    columns=(
        Column("kind", "类型", "choice", required=True, choices=RATE_KINDS),
        Column("from", "原币种", "currency"),
        Column("to", "目标币种", "currency"),
        Column("date", "日期", "date", required=True, past=True),
        Column("rate", "汇率或利率", "decimal", required=True),
    ),
    complete=_complete,
)

HOLIDAYS = Kind(
    name="holidays",
    zh="节假日",
    en="Holidays",
    permission="reference.write",
    key=("date",),
    columns=(
        Column("date", "日期", "date", required=True),
        Column("working", "上班", "flag", required=True),
    ),
)
