"""Every stored field has a class, and what is guarded is kept as its class demands."""

import collections

import pytest

from xinheng.access import classification, policy
from xinheng.access.classification import CLASSES, GUARDED, KEPT_OTHERWISE
from xinheng.access.fields import IndexField, SealedField, sealed_models
from xinheng.access.masking import MASKS

STORED = {name: (file, field) for name, file, field in classification.stored()}
DECLARED = list(classification.declared())


def test_every_field_has_a_class():
    table = dict(DECLARED)
    missing = collections.defaultdict(list)
    for name, (file, _field) in STORED.items():
        if name not in table:
            _app, model, field = name.split(".")
            missing[file, model].append(field)
    told = [
        f'{file}: in FIELDS add "{" ".join(fields)}" to a class of "{model}", for instance\n'
        f'    "{model}": {{"internal": "{" ".join(fields)}"}},'
        for (file, model), fields in missing.items()
    ]
    assert not told, "these fields have no class (public, internal, sensitive, confidential):\n" + (
        "\n".join(told)
    )


def test_no_class_is_given_twice_or_to_a_field_that_is_gone():
    names = [name for name, _ in DECLARED]
    assert len(names) == len(set(names))
    assert sorted(set(names) - set(STORED)) == []
    assert {level for _, level in DECLARED} <= set(CLASSES)


def test_guarded_fields_are_sealed_or_kept_otherwise_with_a_reason():
    guarded = {name for name, level in DECLARED if level in GUARDED}
    sealed = {n for n, (_, f) in STORED.items() if isinstance(f, SealedField | IndexField)}
    assert sealed <= guarded
    assert guarded - sealed == set(KEPT_OTHERWISE)


def test_sealed_fields_name_a_mask_and_their_index():
    for model, fields in sealed_models():
        for field in fields:
            assert field.mask in MASKS
            if field.index:
                assert isinstance(model._meta.get_field(field.index), IndexField)


def test_every_role_has_its_views():
    assert set(policy.VIEWS) == set(policy.ROLES)
    assert all(set(views) <= set(MASKS) for views in policy.VIEWS.values())


@pytest.mark.parametrize(
    ("roles", "mask", "view"),
    [
        (("sales",), "phone", "masked"),
        (("sales",), "account", "hidden"),
        (("sales", "finance"), "account", "masked"),
        (("administrator",), "name", "hidden"),
        (("administrator", "sales"), "name", "plain"),
        ((), "name", "masked"),
        (("no-such-role",), "phone", "masked"),
    ],
)
def test_of_several_roles_the_clearest_view_counts(roles, mask, view):
    assert policy.view_of(frozenset(roles), mask) == view


def test_nothing_guarded_is_a_column_of_the_declared_tables():
    """What engines compute on, and snapshots write to Parquet, holds no guarded field."""
    from xinheng.factors.tables import SCHEMAS

    of_persons = {"contact", "phone", "email", "holder", "account_number", "bank"}
    columns = {name for schema in SCHEMAS.values() for name in schema}
    assert not [name for name in columns if of_persons & set(name.split("_"))]
    assert not {"parties_contact", "parties_bankaccount"} & set(SCHEMAS)
