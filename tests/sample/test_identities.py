"""Who the customers are: names, codes, places, groups, owners."""

import pytest

from tests.sample.conftest import UNTIL, Books
from xinheng import sample
from xinheng.kernel import codes
from xinheng.reference import shipped_rows
from xinheng.sample import company, figures, words

FORMS = tuple(form for form, _ in words.FORMS)
CITIES = {city: (region, code) for city, region, code, _ in words.CITIES}


def test_names_are_distinct_and_look_like_chinese_companies(books):
    names = books.customers.name
    assert names.is_unique
    for name in names:
        assert name.endswith(FORMS)
        assert any(name.startswith(city) for city in CITIES)
        assert 9 <= len(name) <= 20


def test_credit_codes_are_distinct_valid_and_of_the_right_region(books):
    assert books.customers.credit_code.is_unique
    for name, code, region in books.customers[["name", "credit_code", "region"]].itertuples(
        index=False
    ):
        assert codes.credit_code_ok(code), name
        assert codes.organisation_code_ok(code[8:17]), name
        assert code[2:4] == next(
            row.code[:2] for row in shipped_rows.regions() if row.name == region
        )


def test_industries_and_regions_are_those_of_the_reference_tables(books):
    assert set(books.customers.industry) <= {row.code for row in shipped_rows.industries()}
    assert set(books.customers.region) <= {row.name for row in shipped_rows.regions()}
    assert books.customers.industry.nunique() >= 15
    assert books.customers.region.nunique() >= 12


def test_every_city_belongs_to_a_region_and_every_region_to_a_sales_area():
    regions = {row.name for row in shipped_rows.regions()}
    served = [region for area in company.AREAS for region in area.regions]
    assert len(served) == len(set(served))
    assert {region for region, _ in CITIES.values()} <= set(served) <= regions


def test_owners_and_departments_are_those_of_the_demo_company(books):
    areas = {area.department: area for area in company.AREAS}
    for _, row in books.customers.iterrows():
        assert row.region in areas[row.department].regions
        assert row.owner in areas[row.department].owners
    people = {user.username: user for user in company.USERS}
    for area in company.AREAS:
        for owner in area.owners:
            assert people[owner].department == area.department
            assert people[owner].role == "sales"


def test_owners_stay_empty_unless_they_are_asked_for(tmp_path):
    sample.generate(tmp_path, customers=40, invoices=200, seed=1, until=UNTIL)
    made = Books.of(tmp_path)
    assert made.customers.owner.isna().all()
    assert made.customers.department.isna().all()
    assert made.invoices.salesperson.isna().all()


def test_the_demo_company_has_a_person_for_every_role():
    from xinheng.access.policy import ROLES

    assert {user.role for user in company.USERS} == set(ROLES)
    departments = {row.code for row in company.DEPARTMENTS}
    assert {user.department for user in company.USERS} <= departments
    assert {row.parent for row in company.DEPARTMENTS} - {""} <= departments
    assert len({user.username for user in company.USERS}) == len(company.USERS)


def test_groups_are_trees_of_two_or_three_levels_with_members(books):
    parents = books.groups.set_index("code").parent_code
    seen = set()
    for code, parent in parents.items():
        assert parent != parent or parent in seen  # a parent stands before its children
        seen.add(code)

    def level(code):
        return 1 if parents[code] != parents[code] else 1 + level(parents[code])

    assert {level(code) for code in parents.index} == {1, 2, 3}
    members = books.customers.group_code.dropna()
    assert set(members) <= set(parents.index)
    assert set(parents.index) <= set(members)
    assert 0.10 <= len(members) / len(books.customers) <= 0.20


def test_members_carry_the_brand_of_their_group(books):
    names = books.groups.set_index("code").name
    for _, row in books.customers.dropna(subset="group_code").iterrows():
        assert names[row.group_code][:2] in row["name"]


def test_nobody_real_can_be_called_or_written_to(books):
    assert books.customers.contact_phone.str.fullmatch(r"154\d{8}").all()
    assert books.customers.contact_email.str.fullmatch(r"[a-z]+@[a-z]+\.example").all()


def test_sizes_follow_the_sales_of_the_statements(books):
    """统计上大中小微型企业划分办法: 300 / 2,000 / 40,000 万元 of yearly sales."""
    latest = books.statements.sort_values("period_end").groupby("customer_code").sales.last()
    size = books.customers.set_index("code")["size"].loc[latest.index]
    bounds = dict(zip(figures.SIZES[1:], figures.SIZE_BOUNDS, strict=True))
    medians = latest.groupby(size).median()
    assert medians["micro"] < bounds["small"] < medians["small"] < bounds["medium"]
    assert bounds["medium"] < medians["medium"] < bounds["large"] < medians["large"]
    shares = books.customers["size"].value_counts(normalize=True)
    assert shares["small"] > 0.25
    assert shares["large"] < 0.1


@pytest.mark.parametrize("place", ["FIRST", "SECOND"])
def test_brand_characters_occur_once_and_carry_their_sound(place):
    rows = getattr(words, place)
    assert len({char for char, _ in rows}) == len(rows)
    assert all(len(char) == 1 and sound.isalpha() for char, sound in rows)
