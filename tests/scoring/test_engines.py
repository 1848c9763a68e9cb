"""The card's expression equals its rule on every engine, at every edge."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scoring import cards
from xinheng.scoring import batch, expressions, rules

CARDS = {"small": cards.small(), "shipped": cards.shipped()}
INTEGERS = {"late", "listings", "f_dpd_max", "f_months_active"}


def arrow(rows):
    kinds = {name: pa.int64() if name in INTEGERS else pa.float64() for name in rows[0]}
    columns = {
        name: pa.array([_fit(row[name], kind) for row in rows], kind)
        for name, kind in kinds.items()
    }
    return pa.table({"row": pa.array(range(len(rows)), pa.int64()), **columns})


def _fit(value, kind):
    return int(value) if kind == pa.int64() and value is not None else value


def both(ibis_engine, card, rows):
    table = arrow(list(rows))
    facts = table.drop_columns(["row"]).to_pylist()
    found = ibis_engine(lambda facts: expressions.assessed(card, facts), table).sort_by("row")
    reasons = batch.reasons(card, found).to_pylist()
    knock_outs = batch.knock_outs(card, found).to_pylist()
    answers = [
        {
            **{name: row[name] for name in ("score", "pd", "grade", "coverage")},
            "points": {f.factor: row["p_" + f.factor] for f in card.factors()},
            "reasons": tuple(why),
            "knock_outs": tuple(hits),
        }
        for row, why, hits in zip(found.to_pylist(), reasons, knock_outs, strict=True)
    ]
    return answers, [answer(card, values) for values in facts]


def answer(card, values):
    result = rules.assess(card, values)
    return {
        **{name: getattr(result, name) for name in ("score", "pd", "grade", "coverage")},
        "points": {line.factor: line.points for line in result.lines},
        "reasons": result.reasons,
        "knock_outs": result.knock_outs,
    }


@pytest.mark.parametrize("name", CARDS)
def test_every_edge_of_every_factor_is_scored_alike(ibis_engine, name):
    card = CARDS[name]
    got, expected = both(ibis_engine, card, cards.rows(card))
    assert got == expected


NUMBERS = st.none() | st.sampled_from([0.5, 0.8, 1, 0, 15, 90, 91]) | st.floats(-200, 200)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"debt": NUMBERS, "cover": NUMBERS, "late": NUMBERS, "listings": NUMBERS}
    ),
    min_size=1,
    max_size=20,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS)
def test_random_rows_are_scored_alike(ibis_engine, rows):
    got, expected = both(ibis_engine, CARDS["small"], rows)
    assert got == expected
