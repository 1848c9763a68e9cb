"""Columns line up, bars are true to size, the summary says what review and ageing say."""

import pytest

from xinheng.config import summary, terminal


def test_a_chinese_character_takes_two_cells():
    assert terminal.width("信衡 AB") == 7
    assert terminal.left("信", 4) == "信  "
    assert terminal.right("信", 4) == "  信"


@pytest.mark.parametrize(
    ("part", "whole", "cells"),
    [(0, 10, 0), (-5, 10, 0), (1, 1000, 1), (5, 10, 5), (10, 10, 10), (1, 0, 0)],
)
def test_a_bar_is_as_long_as_its_share_and_never_invisible(part, whole, cells):
    assert len(terminal.bar(part, whole, 10)) == cells


REVIEW = {
    "as_of": "2026-11-21",
    "customers": 300,
    "currencies": {
        "CNY": {
            "exposure": "123456789.50",
            "overdue": "12345678.95",
            "limit_current": "0.00",
            "limit_proposed": "98765.00",
        }
    },
    "grades": {"AA": 100, "AAA": 12, "C": 3},
    "tiers": {"A": 112, "B": 150, "C": 38},
    "alerts": {"red": 4, "orange": 7, "yellow": 11},
    "seconds": {"factors": 0.25, "scoring": 0.5},
}
AGEING = {
    "currencies": {
        "CNY": {
            "total": "123456789.50",
            "not_due": "111111110.55",
            "no_due_date": "0.00",
            "unallocated": "0.00",
            "buckets": [
                {"label": "1-30", "from": 1, "to": 30, "amount": "10345678.95"},
                {"label": "31-60", "from": 31, "to": None, "amount": "2000000.00"},
            ],
        }
    }
}


WATCH = [
    {"name": "南宁市经纬五金制品批发贸易有限责任公司", "grade": "D", "open": "52000.00", "dpd": 96},
]


def test_the_summary_says_what_review_and_ageing_say():
    said = "\n".join(summary.lines(REVIEW, AGEING, WATCH))
    for part in (
        "2026-11-21", "300 家", "1.23 亿", "1,234.57 万（10.0 %）", "9.88 万", "AAA", "100",
        "逾期 1–30", "1,034.57 万", "逾期 31 天起", "200.00 万", "红 4", "橙 7", "黄 11", "0.8 秒",
    ):  # fmt: skip
        assert part in said
    assert "无到期日" not in said
    assert said.index("AAA") < said.index("AA  ") < said.index("C  ")
    assert "南宁市经纬五金制品批发贸易有…  D" in said
    assert "逾期 96 天" in said
    assert "\033" not in said
