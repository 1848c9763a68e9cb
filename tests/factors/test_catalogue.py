"""The catalogue: every factor explains itself, every dimension has at least two."""

import re
from collections import Counter

import pytest

from xinheng.factors import catalogue
from xinheng.factors.factor import DIMENSIONS, FACTS, HIGHER, LOWER, UNITS


def test_each_dimension_has_at_least_two_factors():
    counted = Counter(it.dimension for it in catalogue.CATALOGUE)
    assert set(counted) == set(DIMENSIONS)
    assert min(counted.values()) >= 2
    assert len(catalogue.CATALOGUE) >= 20


@pytest.mark.parametrize("it", catalogue.CATALOGUE, ids=lambda it: it.code)
def test_each_factor_explains_itself_in_both_languages(it):
    assert re.fullmatch(r"f_[a-z0-9_]+", it.code)
    assert it.unit in UNITS
    assert it.facts in FACTS
    assert it.better in (HIGHER, LOWER)
    for zh, en in ((it.zh, it.en), (it.formula_zh, it.formula_en)):
        assert re.search(r"[一-鿿]", zh) or zh.startswith("6.56"), zh
        assert en and not re.search(r"[一-鿿]", en), en


def test_codes_labels_and_measures_are_unique():
    codes = [it.code for it in (*catalogue.CATALOGUE, *catalogue.FIGURES)]
    labels = [it.zh for it in catalogue.CATALOGUE] + [it.en for it in catalogue.CATALOGUE]
    measures = [name for source in catalogue.SOURCES for name in source.measures]
    for names in (codes, labels, measures):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_measure_is_used_by_some_factor_or_figure():
    used = set(catalogue.asked_measures(catalogue.BY_CODE))
    taken = {name for source in catalogue.SOURCES for name in source.measures}
    # Items of a statement are offered whole.
    unused = {name for name in taken - used if name not in catalogue.STATEMENTS.measures}
    assert unused == set()


def test_an_expression_reads_only_the_tables_its_factors_need():
    text = str(catalogue.compile(("f_debt_ratio",)))
    assert "statements" in text
    assert "invoices" not in text


def test_an_unknown_code_is_refused():
    with pytest.raises(catalogue.UnknownFactor):
        catalogue.compile(("f_of_the_stars",))


def test_conditions_may_ask_about_every_factor_and_figure():
    fields = catalogue.fields()
    assert fields["f_overdue_share"].percent
    assert fields["open_minor"].kind == "money"
    assert fields["industry"].kind == "text"
    assert set(fields) == set(catalogue.BY_CODE)
