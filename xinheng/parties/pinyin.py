"""The key by which Chinese names sort: their pinyin, stored when the name is written.

The database compares code points, which puts 张 before 李 or after it by accident of encoding.
"""

LONGEST = 400
_FIRST_IDEOGRAPH = 0x2E80


class _Syllables(dict[int, str]):
    """Code point → what it sorts by, looked up once; the form that `str.translate` takes."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = _syllable(char) if code >= _FIRST_IDEOGRAPH else char
        return self[code]


def _syllable(char: str) -> str:
    from pypinyin import Style, pinyin

    found = pinyin(char, style=Style.NORMAL, errors="ignore")
    return found[0][0] if found else char


_SYLLABLES = _Syllables()


def sort_key(name: str) -> str:
    """Return lower-case pinyin for Chinese characters and everything else as it is.

    Characters are looked up one by one: a stable order matters more than the right reading of 行.
    """
    return name.strip().lower().translate(_SYLLABLES)[:LONGEST]
