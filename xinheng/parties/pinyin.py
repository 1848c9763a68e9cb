"""The key by which Chinese names sort: their pinyin, stored when the name is written.

The database compares code points, which puts 张 before 李 or after it by accident of encoding.
"""

from functools import lru_cache

LONGEST = 400


@lru_cache(maxsize=4_096)
def _syllable(char: str) -> str:
    from pypinyin import Style, pinyin

    return pinyin(char, style=Style.NORMAL, errors="ignore")[0][0] if char >= "⺀" else char


def sort_key(name: str) -> str:
    """Return lower-case pinyin for Chinese characters and everything else as it is.

    Characters are looked up one by one: a stable order matters more than the right reading of 行.
    """
    parts = [_pinyin(char) for char in name.strip().lower()]
    return "".join(parts)[:LONGEST]


def _pinyin(char: str) -> str:
    try:
        return _syllable(char)
    except IndexError:
        return char
