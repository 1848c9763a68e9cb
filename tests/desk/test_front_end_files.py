"""The files a browser gets: vendored ones proven, icons present, both languages complete."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "xinheng" / "desk"
sys.path.insert(0, str(ROOT / "tools"))

import messages  # noqa: E402
import vendor  # noqa: E402


def test_vendored_files_are_what_the_lock_says():
    assert vendor.problems() == []


def test_a_changed_a_stray_and_a_missing_file_are_found(tmp_path, monkeypatch):
    import shutil

    copy = tmp_path / "vendor"
    shutil.copytree(vendor.DEST, copy)
    monkeypatch.setattr(vendor, "DEST", copy)
    (copy / "htmx" / "htmx.min.js").write_text("changed")
    (copy / "htmx" / "more.js").write_text("stray")
    (copy / "tabler" / "tabler.min.css").unlink()
    assert vendor.problems() == [
        "missing tabler/tabler.min.css", "stray htmx/more.js", "changed htmx/htmx.min.js",
    ]  # fmt: skip


def test_no_vendored_file_asks_for_a_map_or_another_host():
    for path in vendor.DEST.rglob("*"):
        if path.suffix in (".js", ".css"):
            text = path.read_text("utf-8")
            assert "sourceMappingURL" not in text, path
            assert not re.search(r"(url\(|@import )['\"]?(https?:)?//", text), path


def test_every_icon_that_is_used_is_in_the_sprite():
    sprite = (vendor.DEST / "icons" / "icons.svg").read_text("utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = set()
    for path in (DESK / "templates").rglob("*.html"):
        used |= set(re.findall(r'{% icon "([^"]+)"', path.read_text("utf-8")))
    from xinheng.desk import words
    from xinheng.desk.imports import shown as imports
    from xinheng.desk.reviews import shown as reviews
    from xinheng.desk.shell.context import SCREENS

    used |= {icon for _route, icon, *_rest in SCREENS} | set(imports.ICONS.values())
    used |= {icon for _mark, icon in imports.STATES.values()}
    used |= {icon for _name, _mark, icon in reviews.STATES.values()}
    used |= {icon for _name, icon, _colour in words.TIMELINE.values()}
    assert used <= known, used - known


def test_the_english_catalogue_is_complete_and_compiled():
    assert messages.problems() == []


def test_a_text_that_no_catalogue_has_is_found(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '{% translate "甲" %}{% blocktranslate count n=n %}一{% plural %}多{% endblocktranslate %}'
    )
    module = tmp_path / "module.py"
    module.write_text('a = _("乙") + gettext("丙")\nb = ngettext("丁", "戊", 2)\n')
    assert messages.texts_of(page) == [("甲",), ("一", "多")]
    assert sorted(messages.texts_of(module)) == [("丁", "戊"), ("丙",), ("乙",)]


def test_our_scripts_leave_htmx_to_one_module():
    for path in (DESK / "static" / "desk" / "js").glob("*.js"):
        text = path.read_text("utf-8")
        assert "eval(" not in text and "new Function" not in text
        if path.name != "app.js":
            assert "htmx:" not in text and "htmx." not in text, path
