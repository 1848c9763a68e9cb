"""`make install` does its work once: the second time it calls neither pip nor a network."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pins(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([A-Za-z0-9._\[\],-]+)==(\S+)", text, re.MULTILINE))


def test_the_test_set_contains_the_base_set_version_for_version():
    base, test = pins("base"), pins("test")
    assert len(base) > 40
    assert {name: test.get(name) for name in base} == base


@pytest.mark.parametrize("name", ["base", "test"])
def test_requirements_are_pinned_with_hashes_and_carry_no_address(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert text.count("--hash=sha256:") >= len(pins(name))
    assert not re.search(r"https?://|--index-url|--find-links", text)


@pytest.fixture
def clone(tmp_path):
    """A clone whose environment has a Python that only notes how it was called."""
    place = tmp_path / "a clone"
    shutil.copytree(ROOT / "requirements", place / "requirements")
    (place / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "install.py", place / "tools")
    (place / ".venv" / "bin").mkdir(parents=True)
    (place / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    python = place / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$@" >> "$(dirname "$0")/called"\n')
    python.chmod(0o755)
    return place


def install(clone, name="base"):
    """Run the script; return the arguments of each call of the environment's Python."""
    called = clone / ".venv" / "bin" / "called"
    called.unlink(missing_ok=True)
    subprocess.run([sys.executable, clone / "tools" / "install.py", name], check=True)
    return called.read_text().splitlines() if called.exists() else []


def test_pip_runs_once_and_again_when_the_requirements_change(clone):
    (first,) = install(clone)
    assert "--require-hashes" in first
    assert "--only-binary :all:" in first
    assert install(clone) == []
    with (clone / "requirements" / "base.txt").open("a") as file:
        file.write("# changed\n")
    assert len(install(clone)) == 1


def test_the_larger_set_satisfies_the_smaller_one(clone):
    assert len(install(clone, "test")) == 1
    assert install(clone, "base") == []


def test_the_launcher_starts_the_environments_python_also_below_a_path_with_a_space(clone):
    install(clone)
    launcher = clone / ".venv" / "bin" / "xinheng"
    done = subprocess.run([launcher, "doctor", "--json"], check=True)
    assert done.returncode == 0
    (call,) = (clone / ".venv" / "bin" / "called").read_text().splitlines()[1:]
    assert call == f"{launcher} doctor --json"


def test_make_help_lists_the_commands_of_the_contract():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in ("demo", "test", "check", "bench", "soak", "up"):
        assert f"make {name} " in done.stdout
