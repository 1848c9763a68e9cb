"""The reads behind the pages, against slow and plain computations over the same company."""

from decimal import Decimal

import pytest

from xinheng import access

BY = access.system("test")


@pytest.fixture(autouse=True)
def _company(company: None) -> None:
    """Every test here reads the company."""


def test_the_riskiest_are_those_of_the_largest_receivable_times_pd():
    from xinheng.insight import riskiest
    from xinheng.limits.models import Latest

    rows = Latest.objects.filter(open_minor__gt=0).select_related(
        "customer", "proposal__assessment"
    )
    weighed = sorted(
        (-row.open_minor * (row.proposal.assessment.pd or 0), row.customer_id, row.customer.code)
        for row in rows
        if row.proposal.assessment.pd is not None
    )
    found = riskiest.riskiest(by=BY, limit=5)
    assert [row.code for row in found] == [code for _weight, _id, code in weighed[:5]]
    assert all(row.reason for row in found if row.score is not None and row.score < 60)


def test_tiers_and_grades_add_up_to_everybody_reviewed():
    from xinheng.insight import spread
    from xinheng.limits.models import Latest

    found = spread.spread(by=BY, currency="CNY")
    rows = Latest.objects.filter(currency="CNY")
    for shares in (found.tiers, found.grades):
        assert sum(one.customers for one in shares) == rows.count()
        assert sum(one.open_minor for one in shares) == sum(row.open_minor for row in rows)


def test_what_would_help_is_true():
    """Moving one factor to the edge the page names earns the points the page promises."""
    from xinheng.definitions import in_force
    from xinheng.limits.models import Latest
    from xinheng.scoring import explanation, rules
    from xinheng.scoring.models import Assessment

    tried = 0
    for latest in Latest.objects.order_by("score").select_related("customer", "proposal")[:6]:
        told = explanation.explain(
            by=BY, customer=latest.customer, assessment_id=latest.proposal.assessment_id
        )
        row = Assessment.objects.get(pk=latest.proposal.assessment_id)
        card = in_force.by_name(told.card).content
        values = explanation._values(card, row.factors)
        before = rules.assess(card, values)
        bins = {one.factor: one.bins for one in card.factors()}
        for line in told.lines:
            if "可再得" not in line.help:
                continue
            promised = Decimal(line.help.rsplit(" ", 2)[-2])
            gains = []
            for one in bins[line.code]:
                middle = _inside(one.range)
                after = rules.assess(card, {**values, line.code: middle})
                gains.append(Decimal(str(after.score)) - Decimal(str(before.score)))
            # Scores are floored to hundredths and gains are shown to one decimal.
            assert any(abs(gain - promised) < Decimal("0.07") for gain in gains), line
            tried += 1
    assert tried > 5


def _inside(found) -> float:
    if found.low == float("-inf"):
        return found.high - 1
    if found.high == float("inf"):
        return found.low + 1
    return (found.low + found.high) / 2


def test_bounds_of_a_limit_name_the_least():
    from xinheng.limits import explanation
    from xinheng.limits.models import Latest

    rows = Latest.objects.filter(limit_proposed_minor__gt=0).select_related("customer", "proposal")
    for latest in rows:
        told = explanation.explain(
            by=BY, customer=latest.customer, assessment_id=latest.proposal.assessment_id
        )
        known = [bound.minor for bound in told.bounds if bound.minor is not None]
        (binding,) = [bound for bound in told.bounds if bound.is_binding]
        assert binding.minor == min(known)
        assert latest.limit_proposed_minor <= binding.minor
        assert binding.name in told.sentence


def test_ratios_are_those_of_the_statement():
    from xinheng.desk.frame import today
    from xinheng.evidence import queries
    from xinheng.evidence.models import Statement
    from xinheng.parties.models import Customer

    stored = Statement.objects.filter(available_date__lte=today()).order_by("-period_end")[0]
    customer = Customer.objects.get(pk=stored.customer_id)
    row = queries.statements(by=BY, customer=customer, known_on=today())[0]
    assert row.period_end == stored.period_end
    assert row.ratios["debt_ratio"] == (
        Decimal(stored.total_liabilities_minor) / stored.total_assets_minor
    )
    a_day_early = queries.statements(
        by=BY, customer=customer, known_on=stored.available_date.replace(year=1990)
    )
    assert a_day_early == ()


def test_what_met_an_invoice_and_what_is_open_make_its_amount():
    from xinheng.receivables import invoice_file
    from xinheng.receivables.models import Invoice

    for stored in Invoice.objects.filter(kind="invoice", status="valid").order_by("-pk")[:40]:
        found = invoice_file.invoice_file(by=BY, number=stored.number)
        met = sum(one.amount_minor for one in found.meetings if one.ended_date is None)
        assert met + found.open_minor == found.amount_minor


def test_search_finds_by_name_pinyin_code_and_invoice_within_the_scope():
    from tests.desk.conftest import user
    from xinheng.insight import search
    from xinheng.parties.models import Customer
    from xinheng.receivables.models import Invoice

    one = Customer.objects.order_by("pk")[0]
    for text in (one.name[2:5], one.name_pinyin[:10], one.code.lower(), one.credit_code[:12]):
        codes = [row.code for row in search.search(by=BY, text=text).customers]
        assert one.code in codes, text
    invoice = Invoice.objects.order_by("pk")[0]
    assert search.search(by=BY, text=invoice.number).invoices[0].number == invoice.number
    stranger = access.actor_of(user("own", "sales", "own"))
    assert search.search(by=stranger, text=one.code).customers == ()
    assert search.search(by=stranger, text=invoice.number).invoices == ()
    assert search.search(by=BY, text="").customers == ()


def test_bands_of_limits_count_everybody_once():
    from xinheng.reviews import queries
    from xinheng.reviews.models import Review
    from xinheng.reviews.queries import Filters

    review = Review.objects.order_by("-pk")[0].uuid
    found = queries.distribution(by=BY, review=review)
    assert sum(found.limits.values()) == found.customers
    for band, count in found.limits.items():
        page = queries.results(by=BY, review=review, where=Filters(limit_band=band))
        assert page.total == count
