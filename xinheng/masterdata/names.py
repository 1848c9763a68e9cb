"""What a company's name comes down to when everything that varies between files is taken off.

    深圳市華強電子（集团）股份有限公司  →  core 华强电子 · places 深圳 · branch ""

Pure: the places that may stand in a name are given by the caller.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from xinheng.parties.pinyin import sort_key

# Legal forms, longest first: the law changes them, files shorten them, people mistype them.
FORMS = (
    "集团股份有限公司", "集团有限责任公司", "股份有限责任公司", "集团有限公司", "股份有限公司",
    "有限责任公司", "普通合伙企业", "有限合伙企业", "个人独资企业", "特殊普通合伙", "有限公司",
    "个体工商户", "股份公司", "有限合伙", "普通合伙", "合伙企业", "总公司", "集团", "公司",
)  # fmt: skip
FORMS_LATIN = (
    "companylimited", "incorporated", "corporation", "coltd", "limited", "company", "gmbh", "corp",
    "inc", "llc", "llp", "plc", "ltd", "sarl", "pte", "bv", "ag", "co",
)  # fmt: skip
# What a company does, as it stands at the end of its name; a letter there tells little.
TRADES = (
    "供应链管理", "进出口", "新材料", "自动化", "供应链", "电子", "科技", "机械", "贸易", "商贸",
    "制造", "实业", "设备", "技术", "化工", "建材", "物流", "食品", "医药", "纺织", "服饰",
    "服装", "材料", "信息", "网络", "智能", "工程", "建筑", "装饰", "五金", "塑胶", "塑料",
    "包装", "印刷", "汽车", "配件", "国际", "能源", "环保", "生物", "金属", "电气", "电器",
    "仪器", "精密", "发展", "投资", "咨询", "服务", "管理", "商业", "百货", "家具", "家居",
    "农业", "药业", "工贸", "工业", "产业", "控股", "钢铁", "模具", "光电", "软件", "系统",
    "运输", "货运", "文化", "传媒",
)  # fmt: skip
_LEVELS = ("特别行政区", "自治区", "自治州", "自治县", "地区", "省", "市", "盟", "县", "区")
_IDEOGRAPHS = re.compile(r"[一-鿿]")
_NOISE = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"\(([^()]{1,12})\)")
_BRANCH = re.compile(
    r"(?P<head>.*?(?:公司|集团|厂|店|行))"
    r"(?P<branch>.{1,12}?(?:分公司|分厂|分店|办事处|分行|营业部))$"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in one form: `plain` is all of it, `core` what is the company's own."""

    plain: str
    core: str
    places: frozenset[str]
    branch: str

    @property
    def head(self) -> int:
        """Return how many characters stand before what the company does."""
        core, changed = self.core, True
        while changed:
            changed = False
            for trade in TRADES:
                if core.endswith(trade) and len(core) - len(trade) >= 2:
                    core, changed = core.removesuffix(trade), True
                    break
        return len(core)

    @property
    def is_chinese(self) -> bool:
        return _IDEOGRAPHS.search(self.core) is not None


def one_script(text: str) -> str:
    """Return text in half width, lower case and simplified characters."""
    return str(_converter().convert(unicodedata.normalize("NFKC", text))).lower()


def short_places(names: Collection[str]) -> frozenset[str]:
    """Return place names with and without what they are, such as 深圳市 and 深圳."""
    found = set()
    for name in names:
        whole = one_script(name)
        found.add(whole)
        for level in _LEVELS:
            if whole.endswith(level) and len(whole) - len(level) >= 2:
                found.add(whole.removesuffix(level))
                break
    return frozenset(name for name in found if len(name) >= 2)


def read(text: str, places: frozenset[str]) -> Name:
    """Take a name apart. `places` is what `short_places` returned.

    A place counts where it leads the name or stands in brackets; 上海路 in the middle is a street.
    """
    whole = one_script(text)
    bracketed = _BRACKETS.findall(whole)
    rest = _NOISE.sub("", _BRACKETS.sub(lambda m: _kept(m.group(1), places), whole))
    found = {one for one in (_stem(_NOISE.sub("", b)) for b in bracketed) if one in places}
    plain = _NOISE.sub("", whole)
    branch = ""
    if divided := _BRANCH.match(rest):
        rest, branch = divided["head"], divided["branch"]
    rest = _without_form(rest)
    while place := _leading(rest, places):
        found.add(_stem(place))
        rest = rest[len(place) :]
    return Name(plain, rest or plain, frozenset(found), branch)


def sound(core: str) -> str:
    """Return how a core is read: homophones and traditional characters sound alike."""
    return " ".join(sort_key(char) for char in core)


def _kept(inside: str, places: frozenset[str]) -> str:
    """Return what brackets add to the name: nothing when they hold a place or a legal form."""
    bare = _NOISE.sub("", inside)
    return "" if _stem(bare) in places or bare in places or bare in FORMS else bare


def _stem(place: str) -> str:
    for level in _LEVELS:
        if place.endswith(level) and len(place) - len(level) >= 2:
            return place.removesuffix(level)
    return place


def _without_form(name: str) -> str:
    forms = FORMS if _IDEOGRAPHS.search(name) else FORMS_LATIN
    changed = True
    while changed:
        changed = False
        for form in forms:
            if name.endswith(form) and len(name) - len(form) >= 2:
                name, changed = name.removesuffix(form), True
                break
    return name


def _leading(name: str, places: frozenset[str]) -> str:
    """Return the longest place a name begins with, unless nothing would be left of the name."""
    for length in range(min(9, len(name) - 2), 1, -1):
        if name[:length] in places:
            return name[:length]
    return ""


@cache
def _converter() -> Any:
    # Loaded on first use: its dictionaries are megabytes, and few processes compare names.
    from opencc import OpenCC

    return OpenCC("t2s")
