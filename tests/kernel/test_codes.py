"""Check characters against published codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.kernel import codes

# The example printed in GB 32100-2015, and codes that companies publish on their own pages.
PUBLISHED = [
    "91350100M000100Y43",  # GB 32100-2015, the standard's own example
    "914403001922038216",  # Huawei Technologies, business licence
    "9144030071526726XG",  # Tencent Computer, business licence
    "91330100799655058B",  # Alibaba (China) Network, business licence
]


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_credit_codes_are_accepted(code):
    assert codes.credit_code_ok(code)
    assert codes.credit_code_check_char(code[:17]) == code[17]


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_organisation_code_inside_a_published_credit_code_is_accepted(code):
    assert codes.organisation_code_ok(code[8:17])


def test_the_example_of_gb_11714_is_accepted_with_and_without_hyphen():
    """GB 11714-1997 computes D2143569-X."""
    assert codes.organisation_code_check_char("D2143569") == "X"
    assert codes.organisation_code_ok("D2143569X")
    assert codes.organisation_code_ok("D2143569-X")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91350100M000100Y4",  # one short
        "91350100M000100Y433",  # one long
        "91350100M000100Y44",  # wrong check character
        "91350100M000100Y4o",
        "91350100m000100y43",  # not capitals
        "9135010OM000100Y43",  # the letter O in the region
        " 1350100M000100Y43",
        "９1350100M000100Y43",  # full-width digit
    ],
)
def test_malformed_credit_codes_are_refused(code):
    assert not codes.credit_code_ok(code)


@pytest.mark.parametrize("body", ["", "9135010", "91350100M000100YI", "91350100M000100YZ"])
def test_no_check_character_is_computed_for_what_cannot_be_a_code(body):
    with pytest.raises(ValueError, match="17 characters"):
        codes.credit_code_check_char(body)


def test_no_organisation_check_character_for_small_letters():
    with pytest.raises(ValueError, match="8 digits"):
        codes.organisation_code_check_char("d2143569")


@given(st.sampled_from(PUBLISHED), st.integers(0, 16), st.sampled_from(codes.CREDIT_ALPHABET))
def test_any_single_wrong_character_is_noticed(code, place, char):
    changed = code[:place] + char + code[place + 1 :]
    assert codes.credit_code_ok(changed) == (changed == code)


@given(st.sampled_from(PUBLISHED), st.integers(0, 15))
def test_two_neighbours_exchanged_are_noticed(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert codes.credit_code_ok(swapped) == (swapped == code)
