"""How alike two customers are, and why, in words a person can check. Pure.

The score is 0 to 100. A credit code names one legal person, so an equal one decides, and two
sound ones that differ nearly exclude. Without codes the name decides, and what else agrees or
differs adds or takes a little.
"""

from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import OSA, DamerauLevenshtein

from xinheng.masterdata.names import Name

SIDES = ("survivor", "merged")
CUSTOM = "custom."
# What the survivor may take over from the other record, in the order of the page.
CHOSEN_FIELDS = (
    "name", "credit_code", "industry", "region", "size", "group_id", "owner_id", "department_id",
    "since", "registered_capital_minor",
)  # fmt: skip

SORTED_BY = "name_pinyin"

LISTED_FROM = 70  # pairs below are not worth a person's time
# I, O, S, V and Z do not occur in a credit code (GB 32100); who reads one has misread these.
MISREAD = str.maketrans("IOSVZ", "105U2")
NEAR = 75  # names less alike than this, in percent, are different names

REASONS: dict[str, tuple[str, str]] = {
    "code-equal": ("统一社会信用代码相同：{code}", "Same credit code: {code}"),
    "code-misread": (
        "统一社会信用代码只差易混字符、大小写或空格：{one} 与 {other}",
        "Credit codes differ only in easily misread characters, case or blanks: {one}, {other}",
    ),
    "code-organisation": (
        "统一社会信用代码中的主体标识码相同：{code}",
        "Same organisation code within the credit code: {code}",
    ),
    "code-typing": (
        "统一社会信用代码只差一个字符：{one} 与 {other}",
        "Credit codes differ in one character: {one}, {other}",
    ),
    "code-differs": ("统一社会信用代码不同", "Credit codes differ"),
    "name-equal": ("名称相同", "Same name"),
    "name-form": (
        "去掉地区与公司形式后名称相同：{core}",
        "Same name without place and legal form: {core}",
    ),
    "name-sound": ("名称读音相同：{sound}", "Names sound the same: {sound}"),
    "name-near": (
        "名称相近（{percent}%）：{one} 与 {other}",
        "Similar names ({percent}%): {one}, {other}",
    ),
    "name-sound-near": (
        "名称读音相近（{percent}%）：{one} 与 {other}",
        "Names sound similar ({percent}%): {one}, {other}",
    ),
    "name-order": ("名称用字相同、顺序不同", "Same characters in another order"),
    "place-differs": (
        "名称中的地区不同：{one} 与 {other}",
        "Other place in the name: {one}, {other}",
    ),
    "branch-differs": ("分支机构不同", "Different branches"),
    "capital-equal": ("注册资本相同", "Same registered capital"),
    "region-equal": ("地区相同：{region}", "Same region: {region}"),
    "region-differs": ("地区不同：{one} 与 {other}", "Different regions: {one}, {other}"),
    "industry-equal": ("行业相同", "Same industry"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A customer as it is compared; `sound` is `names.sound` of the core."""

    id: int
    code: str
    name: Name
    sound: str
    region: str = ""
    industry: str = ""
    capital_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its code in REASONS, and what its sentence names."""

    code: str
    params: dict[str, Any]

    def say(self, language: str) -> str:
        """Return the sentence in zh or en."""
        return REASONS[self.code][0 if language == "zh" else 1].format(**self.params)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How alike two customers are, with the reasons that made it so."""

    score: int
    reasons: tuple[Reason, ...]


NOTHING = Verdict(0, ())


def tidy_code(code: str) -> str:
    """Return a credit code without blanks and signs, in capitals, misread letters put right."""
    return "".join(code.split()).replace("-", "").upper().translate(MISREAD)


def compare(one: Subject, other: Subject) -> Verdict:
    """Return how alike two customers are."""
    by_code = _codes(one.code, other.code)
    if by_code is not None and by_code.score == 0:
        return NOTHING
    by_name = _names(one, other)
    if by_code is not None:
        return Verdict(by_code.score, by_code.reasons + by_name.reasons[:1])
    if not by_name.score:
        return NOTHING
    extra, reasons = _circumstances(one, other)
    score = max(0, min(99, by_name.score + extra))
    return Verdict(score, by_name.reasons + reasons)


def _codes(one: str, other: str) -> Verdict | None:
    """Return what two credit codes say; None when one is missing, 0 when they exclude."""
    if not one or not other:
        return None
    if one == other:
        return Verdict(100, (Reason("code-equal", {"code": one}),))
    left, right = tidy_code(one), tidy_code(other)
    pair = {"one": one, "other": other}
    if left == right:
        return Verdict(98, (Reason("code-misread", pair),))
    if len(left) == len(right) == 18 and left[8:17] == right[8:17]:
        return Verdict(95, (Reason("code-organisation", {"code": left[8:17]}),))
    if OSA.distance(left, right, score_cutoff=1) <= 1:
        return Verdict(90, (Reason("code-typing", pair),))
    return NOTHING


def _names(one: Subject, other: Subject) -> Verdict:
    left, right = one.name, other.name
    reasons: tuple[Reason, ...]
    if left.plain == right.plain:
        return Verdict(92, (Reason("name-equal", {}),))
    if left.core == right.core:
        score, reasons = 88, (Reason("name-form", {"core": left.core}),)
    else:
        score, reasons = _near(one, other)
    if not score:
        return NOTHING
    if left.places and right.places and not left.places & right.places:
        pair = {"one": "、".join(sorted(left.places)), "other": "、".join(sorted(right.places))}
        score, reasons = score - 25, (*reasons, Reason("place-differs", pair))
    if left.branch != right.branch:
        score, reasons = score - 30, (*reasons, Reason("branch-differs", {}))
    return Verdict(max(0, score), reasons)


def _near(one: Subject, other: Subject) -> tuple[int, tuple[Reason, ...]]:
    """Return what two different cores have in common: their sound, their characters, most of it."""
    left, right = one.name.core, other.name.core
    pair = {"one": left, "other": right}
    if one.sound == other.sound:
        return 84, (Reason("name-sound", {"sound": one.sound}),)
    if len(left) >= 3 and sorted(left) == sorted(right):
        return 76, (Reason("name-order", {}),)
    if min(len(left), len(right)) < 4:
        return 0, ()
    percent = _percent(left, right)
    if percent >= NEAR and (least := min(percent, _head(one, other, left, right))) >= NEAR:
        return _graded(least), (Reason("name-near", {**pair, "percent": percent}),)
    sounds = one.sound.split(), other.sound.split()
    percent = _percent(*sounds) if one.name.is_chinese else 0
    if percent >= NEAR and (least := min(percent, _head(one, other, *sounds))) >= NEAR:
        return _graded(least) - 4, (Reason("name-sound-near", {**pair, "percent": percent}),)
    return 0, ()


def _head(one: Subject, other: Subject, left: Any, right: Any) -> int:
    """Return how much two names are alike where they are their own, 100 when it is the same.

    华强东鑫电子科技 and 华强西鑫电子科技 share most characters and are two companies.
    """
    length = min(one.name.head, other.name.head) if one.name.is_chinese else 0
    left, right = left[:length], right[:length]
    return 100 if left == right else _percent(left, right)


def _percent(one: Any, other: Any) -> int:
    """Return how much of the longer of two sequences is alike, in whole percent, floored.

    source: Damerau 1964; distance with swaps of neighbours, by RapidFuzz
    """
    longest = max(len(one), len(other))
    most = longest - longest * NEAR // 100
    distance = DamerauLevenshtein.distance(one, other, score_cutoff=most)
    return 0 if distance > most else 100 * (longest - distance) // longest


def _graded(percent: int) -> int:
    """Return the score of a name that is so much alike: 75 % → 62, 100 % → 82."""
    return 62 + (percent - NEAR) * 20 // (100 - NEAR)


def _circumstances(one: Subject, other: Subject) -> tuple[int, tuple[Reason, ...]]:
    """Return what the rest of two records adds to names that are alike."""
    score, reasons = 0, []
    if one.capital_minor is not None and one.capital_minor == other.capital_minor:
        score += 8
        reasons.append(Reason("capital-equal", {}))
    if one.region and other.region:
        if one.region == other.region:
            score += 4
            reasons.append(Reason("region-equal", {"region": one.region}))
        else:
            score -= 10
            pair = {"one": one.region, "other": other.region}
            reasons.append(Reason("region-differs", pair))
    if one.industry and one.industry == other.industry:
        score += 2
        reasons.append(Reason("industry-equal", {}))
    return score, tuple(reasons)
