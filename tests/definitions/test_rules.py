"""Canonical form, differences and the YAML file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.definitions import rules

# What people type: letters of any script, digits, punctuation, blanks; no control characters.
TEXT = st.text(st.characters(categories=["L", "N", "P", "S"]) | st.just(" "), max_size=8)
NAMES = TEXT.filter(bool)
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT
CONTENTS = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def test_the_digest_does_not_depend_on_the_order_of_keys():
    assert rules.digest({"a": 1, "b": [1, 2]}) == rules.digest({"b": [1, 2], "a": 1})
    assert rules.digest({"a": [1, 2]}) != rules.digest({"a": [2, 1]})


def test_a_number_that_json_does_not_know_has_no_digest():
    with pytest.raises(ValueError, match="not JSON compliant"):
        rules.digest({"a": float("nan")})


def test_a_difference_names_each_leaf_that_changed():
    before = {"grades": [{"grade": "A", "from": 80}, {"grade": "B", "from": 0}], "gone": 1}
    after = {"grades": [{"grade": "A", "from": 85}], "new": True}
    assert rules.diff(before, after) == (
        rules.Change("grades.0.from", 80, 85),
        rules.Change("grades.1", {"grade": "B", "from": 0}, None),
        rules.Change("gone", 1, None),
        rules.Change("new", None, True),
    )
    assert rules.diff(before, before) == ()


@settings(deadline=None)
@given(CONTENTS)
def test_yaml_reads_back_what_was_written(content):
    file = rules.File("kind", "key", "标题", content)
    assert rules.from_yaml(rules.to_yaml(file)) == file


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- 1",
        "kind: a",
        "kind: a\nkey: b\ntitle: c\ncontent: 1",
        "kind: a\nkey: 1\ntitle: c\ncontent: {}",
        "kind: a\nkey: b\ntitle: c\ncontent: {}\nmore: 1",
        "a: &x [1]\nb: *x",
        "kind: [",
        "kind: !!python/object/apply:os.system [ls]",
    ],
)
def test_another_file_is_refused(text):
    with pytest.raises(rules.BadFile):
        rules.from_yaml(text)
