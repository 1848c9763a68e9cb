"""Limits of an invented company: from what was bought, for groups too, some of them run out."""

from tests.sample.conftest import UNTIL


def test_most_who_buy_have_a_limit_and_who_does_not_has_none(books):
    limits = books.limits.dropna(subset=["customer_code"])
    assert len(limits) == len(books.customers)
    limited = limits[limits["mode"] == "limited"]
    assert 0.4 < len(limited) / len(limits) < 0.95
    assert (limited["amount"] > 0).all() and (limited["amount"] % 10_000 == 0).all()
    assert limits[limits["mode"] == "none"]["amount"].isna().all()


def test_a_limit_covers_a_usual_month_of_its_customer(books):
    valid = books.invoices[books.invoices["status"] == "valid"]
    year = valid[valid["issue_date"] > str(UNTIL.replace(year=UNTIL.year - 1))]
    monthly = year.groupby("customer_code")["amount"].sum() / 12
    limits = books.limits.set_index("customer_code")["amount"].dropna()
    both = limits.index.intersection(monthly.index)
    assert (limits[both] > 0.6 * monthly[both]).mean() > 0.9


def test_a_few_ran_out_lately_and_top_groups_have_less_than_their_members_together(books):
    limits = books.limits
    ended = limits["valid_to"] < str(UNTIL)
    assert 0.01 < ended.mean() < 0.1
    assert (limits["valid_from"] <= limits["valid_to"]).all()
    groups = limits.dropna(subset=["group_code"])
    tops = books.groups[books.groups["parent_code"].isna()]
    assert set(groups["group_code"]) == set(tops["code"])
