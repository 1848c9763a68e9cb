"""Draft → checked → published; what ships; policy packs in and out."""

from pathlib import Path

import pytest

import xinheng
from tests.limits import policies
from xinheng import access, definitions
from xinheng.definitions import in_force, queries, registry
from xinheng.definitions import operations as verbs
from xinheng.definitions.models import Version
from xinheng.definitions.refusals import (
    DefinitionHasProblems,
    NotADraft,
    UnknownDefinition,
    UnreadableDefinition,
)
from xinheng.journal.models import Event
from xinheng.kernel.refusals import say

CLI = access.system("cli")
KIND, KEY = "credit_policy", "default"
pytestmark = pytest.mark.django_db


def draft(**changes):
    content = {**policies.shipped().model_dump(mode="json"), **changes}
    return verbs.save_draft(by=CLI, kind=KIND, key=KEY, title="我们的政策", content=content)


PACKAGE = Path(xinheng.__file__).parent


def states():
    rows = Version.objects.filter(definition__kind=KIND, definition__key=KEY)
    return [row.state for row in rows.order_by("number")]


def test_what_ships_is_in_force_after_migrate():
    assert definitions.published("scorecard").name == "scorecard.default@1"
    assert definitions.published(KIND).content.tiers[0].tier == "A"


def test_a_draft_is_one_row_until_it_is_published():
    first = draft(step="20000")
    again = draft(step="30000")
    assert first.pk == again.pk
    assert states() == ["published", "draft"]
    assert verbs.check(by=CLI, version_id=again.pk) == ()
    assert states() == ["published", "checked"]
    verbs.publish(by=CLI, version_id=again.pk, note="季度调整")
    assert states() == ["retired", "published"]
    assert definitions.published(KIND).content.step == "30000"
    assert definitions.published(KIND).name == "credit_policy.default@2"


def test_changing_a_checked_draft_makes_it_a_draft_again():
    version = draft()
    verbs.check(by=CLI, version_id=version.pk)
    draft(step="20000")
    assert states() == ["published", "draft"]


def test_a_draft_with_problems_can_be_kept_and_not_published():
    wrong = draft(no_credit=[
        {"code": "moon", "when": {"field": "moon", "operator": "missing"},
         "reason": {"zh": "月", "en": "moon"}}
    ])  # fmt: skip
    problems = verbs.check(by=CLI, version_id=wrong.pk)
    assert [problem.path for problem in problems] == ["no_credit.0.when"]
    with pytest.raises(DefinitionHasProblems) as refused:
        verbs.publish(by=CLI, version_id=wrong.pk)
    assert "moon" in say(refused.value, "zh")
    assert states() == ["published", "draft"]


def test_a_draft_of_another_shape_is_refused_at_once_with_its_place():
    with pytest.raises(DefinitionHasProblems) as refused:
        draft(step="lots", colour="red")
    paths = {problem.path for problem in refused.value.params["problems"]}
    assert paths == {"step", "colour"}


def test_what_is_published_cannot_be_changed_or_published_again():
    version = Version.objects.get(definition__kind=KIND, state="published")
    with pytest.raises(NotADraft):
        verbs.publish(by=CLI, version_id=version.pk)
    with pytest.raises(NotADraft):
        verbs.check(by=CLI, version_id=version.pk)
    with pytest.raises(UnknownDefinition):
        verbs.publish(by=CLI, version_id=0)


def test_a_kind_that_nobody_registered_is_refused():
    with pytest.raises(UnknownDefinition):
        verbs.save_draft(by=CLI, kind="spell", key="x", title="x", content={})


def test_shipping_twice_changes_nothing():
    outcomes = verbs.publish_shipped(by=CLI)
    assert {outcome.what for outcome in outcomes} == {"unchanged"}
    assert states() == ["published"]


def test_a_changed_shipped_file_is_published_only_over_a_shipped_version(tmp_path, monkeypatch):
    text = policies.SHIPPED.read_text("utf-8").replace('step: "10000"', 'step: "5000"')
    (tmp_path / "credit_policy.default.yaml").write_text(text, encoding="utf-8")
    kind = registry.kind_of(KIND)
    other = registry.Kind(kind.name, kind.zh, kind.en, kind.schema, kind.check, tmp_path)
    monkeypatch.setitem(registry._KINDS, KIND, other)
    verbs.publish_shipped(by=CLI)
    assert definitions.published(KIND).content.step == "5000"

    verbs.publish(by=CLI, version_id=draft(step="7000").pk)
    (tmp_path / "credit_policy.default.yaml").write_text(
        text.replace('"5000"', '"4000"'), encoding="utf-8"
    )
    outcomes = verbs.publish_shipped(by=CLI)
    assert ("credit_policy.default@3", "kept") in [(one.name, one.what) for one in outcomes]
    assert definitions.published(KIND).content.step == "7000"


def test_an_export_is_read_back_as_unchanged():
    files = queries.export(by=CLI)
    shipped = {path.name for path in PACKAGE.glob("*/shipped/*.yaml")}
    assert set(files) == shipped >= {"credit_policy.default.yaml", "scorecard.default.yaml"}
    outcomes = verbs.import_files(by=CLI, files=files, publish=True)
    assert {outcome.what for outcome in outcomes} == {"unchanged"}


def test_an_import_is_all_or_nothing():
    files = queries.export(by=CLI)
    files["credit_policy.default.yaml"] = files["credit_policy.default.yaml"].replace(
        "step: '10000'", "step: '8000'"
    )
    with pytest.raises(UnreadableDefinition):
        verbs.import_files(by=CLI, files={**files, "z.yaml": "kind: ["}, publish=True)
    assert states() == ["published"]
    outcomes = verbs.import_files(by=CLI, files=files)
    done = {outcome.name.split("@")[0]: outcome.what for outcome in outcomes}
    assert done.pop("credit_policy.default") == "created"
    assert set(done.values()) == {"unchanged"}
    verbs.import_files(by=CLI, files=files, publish=True)
    assert definitions.published(KIND).content.step == "8000"


def test_a_recorded_name_finds_its_version_after_it_is_retired():
    before = definitions.published(KIND)
    verbs.publish(by=CLI, version_id=draft(step="20000").pk)
    assert in_force.by_name(before.name) == before
    with pytest.raises(in_force.NotPublished):
        in_force.by_name("credit_policy.default@99")


def test_each_publication_is_journalled_with_both_digests():
    version = draft(step="20000")
    verbs.publish(by=CLI, version_id=version.pk)
    act = Event.objects.filter(action="definitions.publish").latest("pk")
    assert act.object == "definition:credit_policy.default@2"
    assert act.payload.before["version"] == "credit_policy.default@1"
    assert act.payload.after["digest"] == version.digest


def test_versions_and_their_difference_can_be_read():
    verbs.publish(by=CLI, version_id=draft(step="20000").pk)
    new, old = queries.versions(by=CLI, kind=KIND, key=KEY)
    assert (new.number, old.number, old.shipped, new.shipped) == (2, 1, True, False)
    changes = queries.difference(by=CLI, before_id=old.id, after_id=new.id)
    assert [(c.path, c.before, c.after) for c in changes] == [("step", "10000", "20000")]
    assert queries.problems(by=CLI, version_id=new.id) == ()


def test_a_salesperson_may_neither_read_nor_write_definitions(actor):
    with pytest.raises(access.Forbidden):
        queries.in_force(by=actor("sales"))
    with pytest.raises(access.Forbidden):
        verbs.save_draft(by=actor("sales"), kind=KIND, key=KEY, title="x", content={})
    assert definitions.published(KIND).number == 1
