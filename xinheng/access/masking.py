"""What is left of a confidential value when it is shown masked, and what two values share.

Pure text in, text out. A mask keeps what a person needs to recognise a value they already know,
and less than what would let anybody use it.
"""

import re
from collections.abc import Callable

STARS = "****"
_SPACES = re.compile(r"[\s\-–—()（）.·]+")
# Two-character family names (《百家姓》复姓), so that 欧阳娜 keeps more than half of it hidden.
_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠"
    "公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁"
    "拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生公户公玉梁丘左丘东门西门第五"
)
_DOUBLE = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))


def phone(text: str) -> str:
    """138****8000 of a mobile number; of a short or foreign one the last two digits."""
    digits = compared("phone", text)
    if len(digits) == 11 and digits[0] == "1":
        return f"{digits[:3]}{STARS}{digits[-4:]}"
    return f"{STARS}{digits[-2:]}" if len(digits) >= 7 and digits.isdigit() else STARS


def email(text: str) -> str:
    """a***@x.cn: the first letter and the domain."""
    local, at, domain = text.strip().rpartition("@")
    return f"{local[:1]}***@{domain}" if at and local else STARS


def name(text: str) -> str:
    """The family name of a Chinese name, the first letter of any other."""
    text = text.strip()
    if not text:
        return ""
    kept = text[:2] if text[:2] in _DOUBLE and len(text) > 2 else text[:1]
    return kept + "*" * min(max(len(text) - len(kept), 1), 3)


def account(text: str) -> str:
    """The last four digits of a bank account, as banks print them."""
    found = _SPACES.sub("", text)
    return f"{STARS} {found[-4:]}" if len(found) >= 8 else STARS


def whole(text: str) -> str:
    """Nothing but that there is a value, not even how long it is."""
    return STARS


_MASKS: dict[str, Callable[[str], str]] = {
    "phone": phone, "email": email, "name": name, "account": account, "holder": name,
    "sensitive": whole, "confidential": whole,
}  # fmt: skip
MASKS = tuple(_MASKS)


def masked(mask: str, text: str) -> str:
    """Return a value under its mask; an empty one stays empty."""
    return _MASKS[mask](text) if text else ""


def compared(mask: str, text: str) -> str:
    """Return the form in which two values count as equal; empty when there is nothing to compare.

    The digits of a telephone number without +86, a mail address in lower case, an account number
    without blanks, anything else without outer blanks.
    """
    text = text.strip()
    if mask == "phone":
        digits = "".join(char for char in text if char.isdigit()) or text
        return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    if mask == "email":
        return text.lower()
    if mask == "account":
        return _SPACES.sub("", text).upper()
    return text
