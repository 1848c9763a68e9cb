"""The glossary keeps its promises: one term per idea, found in the code it names."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"


def rows():
    """Return (term, 中文, meaning, names in code) of every line of the tables."""
    found = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and cells[0] not in ("term", "---"):
            found.append((cells[0], cells[1], cells[2], re.findall(r"`([^`]+)`", cells[3])))
    return found


def sources():
    files = [path for path in (ROOT / "xinheng").rglob("*.py") if "migrations" not in path.parts]
    return {path: path.read_text(encoding="utf-8") for path in files}


@pytest.fixture(scope="module")
def words():
    """Every identifier, and every word of every text, that the code holds."""
    return set(re.findall(r"\w+", "\n".join(sources().values())))


def test_one_term_per_idea_in_both_languages():
    english = [term.lower() for row in rows() for term in row[0].split("; ")]
    chinese = [term for row in rows() for term in row[1].split("、")]
    assert len(rows()) > 90
    assert sorted({it for it in english if english.count(it) > 1}) == []
    assert sorted({it for it in chinese if chinese.count(it) > 1}) == []


def test_every_meaning_is_one_sentence_and_every_term_has_both_languages():
    for term, chinese, meaning, _names in rows():
        assert meaning.endswith("."), term
        assert len(meaning) <= 140, term
        assert re.search(r"[一-鿿]", chinese), term
        assert not re.search(r"[一-鿿]", term), term


def test_what_the_glossary_names_in_code_is_there(words):
    missing = [name for row in rows() for name in row[3] if name not in words]
    assert missing == []


def test_indicators_dimensions_and_labels_speak_the_glossary():
    from xinheng.factors.factor import DIMENSIONS

    text = GLOSSARY.read_text(encoding="utf-8")
    for chinese, _english in DIMENSIONS.values():
        assert chinese in text
    from xinheng.insight.kpi.catalogue import DEFINITIONS

    by_name = {name: row for row in rows() for name in row[3]}
    assert len(DEFINITIONS) >= 29
    for one in DEFINITIONS:
        assert by_name[one.name][1] == one.zh, one.name
        assert by_name[one.name][0].lower() == one.en.lower(), one.name


def test_no_label_says_a_bare_word_that_means_two_things():
    """核销 is both clearing and write-off: 清账 and 坏账核销 are different words."""
    bare = []
    for path, text in sources().items():
        for node in ast.walk(ast.parse(text)):
            text = getattr(node, "value", "") if isinstance(node, ast.Constant) else ""
            if isinstance(text, str) and re.search(r"(?<!坏账)核销", text):
                bare.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    for path in (ROOT / "xinheng").rglob("*.html"):
        if re.search(r"(?<!坏账)核销", path.read_text(encoding="utf-8")):
            bare.append(str(path.relative_to(ROOT)))
    assert bare == []


@pytest.mark.parametrize(
    ("other", "ours"), [("分层", "分类"), ("信用风险敞口", "信用敞口"), ("授信敞口", "信用敞口")]
)
def test_no_second_word_for_an_idea(other, ours):
    """Words that crept in once and were replaced by the glossary's."""
    said = [
        f"{path.relative_to(ROOT)}: {other}, say {ours}"
        for pattern in ("*.py", "*.html")
        for path in (ROOT / "xinheng").rglob(pattern)
        if other in path.read_text(encoding="utf-8")
    ]
    assert said == []
