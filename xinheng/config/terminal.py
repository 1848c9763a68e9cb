"""Text on a terminal: columns that line up although a Chinese character takes two, and colour."""

import sys
import unicodedata

BAR = "█"
COLOURS = {
    "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36",
}  # fmt: skip


def width(text: str) -> int:
    """Return how many cells a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def left(text: str, cells: int) -> str:
    """Fill a text with blanks on its right."""
    return text + " " * max(0, cells - width(text))


def right(text: str, cells: int) -> str:
    """Fill a text with blanks on its left."""
    return " " * max(0, cells - width(text)) + text


def cut(text: str, cells: int) -> str:
    """Return a text that takes no more cells, ending in … where something was left out."""
    if width(text) <= cells:
        return text
    while width(text) > cells - 1:
        text = text[:-1]
    return text + "…"


def bar(part: int, whole: int, cells: int) -> str:
    """Return a bar as long as the part's share of the whole; anything at all shows as one cell."""
    if part <= 0 or whole <= 0:
        return ""
    return BAR * max(1, (part * cells + whole // 2) // whole)


def paint(text: str, *names: str) -> str:
    """Colour a text when a person reads it on a terminal."""
    if not sys.stdout.isatty() or not names:
        return text
    return f"\033[{';'.join(COLOURS[name] for name in names)}m{text}\033[0m"
