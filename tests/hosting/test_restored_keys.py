"""A restore brings keys that open, and leaves the newest one sealing."""

import pytest

from xinheng.access import keys
from xinheng.hosting import restoring

A, B, C, D = (letter * 42 + "A=" for letter in "abcd")


def name_of(folder, text):
    (found,) = [file.name for file in folder.glob("*.key") if file.read_text() == text]
    return found


# (ours, the backup's, which one seals afterwards)
CASES = [
    ([], [A, B], B),
    ([B], [A], B),
    ([A, B], [A], B),
    ([C], [A, B], C),
    ([A], [A, B], B),
    ([B], [A, B, C, D], D),
    ([A, C], [A, B], C),
    ([A, B], [A, B], B),
]


@pytest.mark.parametrize(("ours", "given", "seals"), CASES)
def test_the_newest_key_goes_on_sealing(ours, given, seals, tmp_path, monkeypatch):
    monkeypatch.setenv("XINHENG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XINHENG_KEYS", str(tmp_path / "keys"))
    places = {"keys": ours, "backup": given}
    for place, texts in places.items():
        (tmp_path / place).mkdir()
        for number, text in enumerate(texts, 1):
            (tmp_path / place / f"{number:04d}.key").write_text(text)
    monkeypatch.setattr(
        restoring.archive, "take_out", lambda *_: sorted((tmp_path / "backup").glob("*.key"))
    )
    added = restoring.put_keys(tmp_path / "x", tmp_path / "keys")
    assert added == len(set(given) - set(ours))
    assert len(keys.read_again().keys) == len(set(ours) | set(given))
    assert keys.files()[-1].name == name_of(tmp_path / "keys", seals)
    assert restoring.put_keys(tmp_path / "x", tmp_path / "keys") == 0
    assert keys.files()[-1].name == name_of(tmp_path / "keys", seals)
