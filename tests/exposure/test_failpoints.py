"""Whatever statement of the money path fails, the act is not there at all, or there once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exposure import failpoints

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", failpoints.scenarios())
def test_an_act_that_fails_at_any_statement_leaves_nothing_behind(name):
    trial = failpoints.tried(name, failpoints.scenarios()[name], failpoints.attempt)
    print(f"{name}: {trial.points} points at {len(trial.statements)} statements")
    assert trial.problems == []
    # Two points a statement, and every one of them was reached.
    assert trial.points == 2 * len(trial.statements) > 0
    assert any(text.startswith(("INSERT", "UPDATE")) for text in trial.statements)


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ends_at_any_statement_leaves_nothing_behind(fresh_db):
    done = subprocess.run(
        [sys.executable, "-m", "tests.exposure.failpoints"],
        env={**os.environ, **fresh_db.environment},
        cwd=REPOSITORY, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    trials = json.loads(done.stdout)
    print({name: points for name, (points, _) in trials.items()})
    assert [problem for _, problems in trials.values() for problem in problems] == []
    assert set(trials) == set(failpoints.scenarios())
    assert all(points > 0 for points, _ in trials.values())
