"""Every kind that the code asks for is registered, and ships a definition that passes its check."""

import ast
from pathlib import Path

import pytest

from xinheng.definitions import checks, registry, rules

PACKAGE = Path(__file__).resolve().parents[2] / "xinheng"


def asked():
    """Yield each kind that some code names: `definitions.published("kind")`."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_call = isinstance(node, ast.Call) and bool(node.args)
            if is_call and ast.unparse(node.func).endswith("published"):
                yield from (one.value for one in node.args[:1] if isinstance(one, ast.Constant))


def test_every_kind_that_is_asked_for_is_registered():
    names = set(asked())
    assert names >= {"scorecard", "credit_policy"}
    assert [name for name in names if not registry.is_kind(name)] == []


def test_an_unknown_kind_is_a_mistake_of_the_program():
    with pytest.raises(registry.UnknownKind):
        registry.kind_of("spell")


def test_two_kinds_cannot_share_a_name():
    kind = registry.kind_of("scorecard")
    other = registry.Kind("scorecard", "别的", "other", registry.kind_of("credit_policy").schema)
    with pytest.raises(ValueError, match="two kinds"):
        registry.register(other)
    registry.register(kind)


@pytest.mark.parametrize("name", [kind.name for kind in registry.kinds()])
def test_what_ships_is_named_after_its_kind_and_has_no_problem(name):
    kind = registry.kind_of(name)
    paths = sorted(kind.shipped.glob("*.yaml")) if kind.shipped else []
    assert paths
    for path in paths:
        file = rules.from_yaml(path.read_text("utf-8"))
        assert rules.file_name(file.kind, file.key) == path.name
        assert checks.check(kind, file.content)[1] == ()
