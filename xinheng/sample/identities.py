"""Customers and groups as the books show them: names, codes, owners, contacts, sizes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xinheng.kernel import codes
from xinheng.sample import company, draws, figures, words
from xinheng.sample.draws import Array
from xinheng.sample.plan import Plan

_NICE_CAPITAL = np.array(
    [50, 100, 200, 300, 500, 800, 1000, 2000, 3000, 5000, 8000, 10_000, 20_000, 50_000, 100_000]
)  # in 10,000 yuan, as companies register it


@dataclass(frozen=True, slots=True)
class Groups:
    """A forest of groups. parent: index, -1 at the top; brand: of the whole tree."""

    code: list[str]
    name: list[str]
    parent: Array
    brand: Array
    top: Array


@dataclass(frozen=True, slots=True)
class Customers:
    """Columns of customers.csv in their order; group: index or -1; yearly_yuan: own sales."""

    code: list[str]
    name: list[str]
    credit_code: list[str]
    industry: list[str]
    region: list[str]
    size: list[str]
    group: Array
    owner: list[str]
    department: list[str]
    since: Array
    capital_fen: Array
    contact_name: list[str]
    contact_phone: list[str]
    contact_email: list[str]
    yearly_yuan: Array


def make(*, plan: Plan, seed: int) -> tuple[Customers, Groups]:
    """Draw who the customers of a plan are."""
    rng = draws.stream(seed, "people")
    count = plan.count
    city = draws.weighted(rng, [row[3] for row in words.CITIES], count)
    groups, group = _groups(rng, plan)
    brand = rng.integers(0, len(words.FIRST) * len(words.SECOND), count)
    brand = np.where(group >= 0, groups.brand[group] if len(groups.code) else 0, brand)
    sales = _own_sales(rng, plan)
    size = np.searchsorted(figures.SIZE_BOUNDS, sales, side="right")
    names = _names(rng, plan, city, brand, group >= 0, size)
    areas = [_area(words.CITIES[index][1]) for index in range(len(words.CITIES))]
    owner_draw = rng.integers(0, 1 << 30, count)
    area = [areas[index] for index in city.tolist()]
    surname = rng.integers(0, len(words.SURNAMES), count)
    given = rng.integers(0, len(words.GIVEN), count)
    mailbox = rng.integers(0, len(words.MAILBOXES), count)
    customers = Customers(
        code=[f"C{number:06d}" for number in range(1, count + 1)],
        name=names,
        credit_code=credit_codes(
            rng, [words.CITIES[index][2] for index in city.tolist()], plan.joined
        ),
        industry=[words.TRADES[index][0] for index in plan.trade.tolist()],
        region=[words.CITIES[index][1] for index in city.tolist()],
        size=[figures.SIZES[index] for index in size.tolist()],
        group=group,
        owner=[
            row.owners[pick % len(row.owners)]
            for row, pick in zip(area, owner_draw.tolist(), strict=True)
        ],
        department=[row.department for row in area],
        since=plan.joined,
        capital_fen=_capital(rng, sales),
        contact_name=[
            words.SURNAMES[s] + words.GIVEN[g]
            for s, g in zip(surname.tolist(), given.tolist(), strict=True)
        ],
        contact_phone=[f"154{number:08d}" for number in rng.integers(0, 10**8, count).tolist()],
        contact_email=[
            f"{words.MAILBOXES[box]}@{_sound(b)}.example"
            for box, b in zip(mailbox.tolist(), brand.tolist(), strict=True)
        ],
        yearly_yuan=sales,
    )
    return customers, groups


def credit_codes(rng: np.random.Generator, region: list[str], joined: Array) -> list[str]:
    """Return distinct credit codes of companies of these regions, check characters right.

    Companies founded since 2015-10 carry an organisation code that begins with MA.
    """
    count = len(region)
    body = rng.integers(0, 10, (count, 8))
    young = joined - rng.integers(100, 5000, count) > 16_709  # 2015-10-01
    m, a = codes.ORGANISATION_ALPHABET.index("M"), codes.ORGANISATION_ALPHABET.index("A")
    body[:, 0] = np.where(young, m, body[:, 0])
    body[:, 1] = np.where(young, a, body[:, 1])
    # The last six places go through all numbers in scattered order: no code occurs twice.
    serial = (np.arange(count) * 739_391 + 415_873) % 1_000_000
    for place in range(7, 1, -1):
        body[:, place] = serial % 10
        serial //= 10
    digits = np.array([[int(char) for char in text] for text in region]).reshape(count, 6)
    organisation = -(body @ np.array(codes.ORGANISATION_WEIGHTS)) % 11
    alphabet = np.array(list(codes.ORGANISATION_ALPHABET))
    nine = np.where(organisation == 10, "X", organisation.astype(str))
    text = np.concatenate([alphabet[body], nine[:, None]], axis=1)
    values = {char: value for value, char in enumerate(codes.CREDIT_ALPHABET)}
    value = np.array([[values[char] for char in row] for row in text.tolist()]).reshape(count, 9)
    head = np.concatenate([np.tile([9, 1], (count, 1)), digits, value], axis=1)
    check = -(head @ np.array(codes.CREDIT_WEIGHTS)) % 31
    return [
        f"91{place}{''.join(row)}{codes.CREDIT_ALPHABET[last]}"
        for place, row, last in zip(region, text.tolist(), check.tolist(), strict=True)
    ]


def _groups(rng: np.random.Generator, plan: Plan) -> tuple[Groups, Array]:
    """Return a forest of two or three levels, and the group of each customer or -1.

    One customer in seven belongs to a group, large ones more often.
    """
    tops = plan.count // 28
    pull = plan.yuan**0.3 * (plan.yuan > 0)
    member = np.full(plan.count, -1)
    if tops == 0:
        empty = np.zeros(0, dtype=np.int64)
        return Groups([], [], empty, empty, empty), member
    parent, top, suffix = [-1] * tops, list(range(tops)), ["集团"] * tops
    for root in range(tops):
        if rng.random() < 0.5:
            for label in rng.permutation(["装备", "能源", "华东", "国际"])[: rng.integers(1, 3)]:
                parent.append(root)
                top.append(root)
                suffix.append(f"{label}事业部")
                if rng.random() < 0.25:
                    parent.append(len(parent) - 1)
                    top.append(root)
                    suffix.append(f"{label}制造基地")
    brands = len(words.FIRST) * len(words.SECOND)
    brand = rng.permutation(brands)[np.arange(tops) % brands]
    wanted = min(plan.count // 7, int((pull > 0).sum()))
    chosen = _pick(rng, pull, wanted)
    home = np.concatenate([np.arange(len(parent)), rng.integers(0, len(parent), wanted)])[:wanted]
    member[chosen] = rng.permutation(home)
    names = [
        f"{_brand(brand[root])}集团" if text == "集团" else f"{_brand(brand[root])}集团{text}"
        for root, text in zip(top, suffix, strict=True)
    ]
    codes_ = [f"G{number:04d}" for number in range(1, len(parent) + 1)]
    return Groups(codes_, names, np.array(parent), brand[np.array(top)], np.array(top)), member


def _pick(rng: np.random.Generator, pull: Array, wanted: int) -> Array:
    """Return `wanted` different customers, drawn by weight (exponential keys)."""
    with np.errstate(divide="ignore"):
        keys = -np.log(1 - rng.random(len(pull))) / pull
    return np.argsort(keys, kind="stable")[:wanted]


def _names(
    rng: np.random.Generator, plan: Plan, city: Array, brand: Array, in_group: Array, size: Array
) -> list[str]:
    """Return distinct company names: city, brand, trade, legal form.

    A name drawn twice gets another brand, or another city inside a group. Only firms of some size
    are companies limited by shares.
    """
    taken: set[str] = set()
    names = []
    form = draws.weighted(rng, [row[1] for row in words.FORMS], plan.count)
    form[(size < figures.SIZES.index("medium")) & (form == 1)] = 0
    kind = rng.integers(0, 1 << 30, plan.count).tolist()
    rows = zip(
        plan.trade.tolist(), city.tolist(), brand.tolist(), in_group.tolist(), form.tolist(), kind,
        strict=True,
    )  # fmt: skip
    for trade, place, mark, grouped, legal, pick in rows:
        for name in _candidates(trade, place, mark, grouped, pick):
            full = name + words.FORMS[legal][0]
            if full not in taken:
                break
        taken.add(full)
        names.append(full)
    return names


def _candidates(trade: int, place: int, mark: int, grouped: bool, pick: int) -> Iterator[str]:
    """Yield names for one company: other trades of its industry first, then other words."""
    trades = words.TRADES[trade][4]
    for attempt in range(100_000):
        step = attempt // len(trades)
        city = words.CITIES[(place + (step if grouped else 0)) % len(words.CITIES)][0]
        brand = _brand(mark if grouped else mark + step)
        yield f"{city}{brand}{trades[(pick + attempt) % len(trades)]}"


def _brand(number: int) -> str:
    first, second = divmod(int(number) % (len(words.FIRST) * len(words.SECOND)), len(words.SECOND))
    return words.FIRST[first][0] + words.SECOND[second][0]


def _sound(number: int) -> str:
    first, second = divmod(int(number) % (len(words.FIRST) * len(words.SECOND)), len(words.SECOND))
    return words.FIRST[first][1] + words.SECOND[second][1]


def _own_sales(rng: np.random.Generator, plan: Plan) -> Array:
    """Return each customer's own yearly sales in yuan, always well above what it buys from us."""
    horizon = plan.horizon
    span = np.maximum(plan.left - np.maximum(plan.joined, horizon.first) + 1, 30) / 365
    bought = plan.yuan / span
    usual = 0.012 * np.exp(1.0 * draws.normal(draws.stratified(rng, plan.count)))
    alone = 8_000_000 * np.exp(1.2 * rng.standard_normal(plan.count))
    sales = np.where(bought > 0, bought / np.clip(usual, 0.001, 0.2), alone)
    return np.maximum(sales, 600_000)


def _capital(rng: np.random.Generator, sales: Array) -> Array:
    """Return registered capital in fen, a round figure near a seventh of the sales."""
    wished = sales / 10_000 * 0.14 * np.exp(0.5 * rng.standard_normal(len(sales)))
    distance = np.abs(np.log(wished)[:, None] - np.log(_NICE_CAPITAL)[None, :])
    return np.asarray(_NICE_CAPITAL[np.argmin(distance, axis=1)] * 1_000_000)


def _area(region: str) -> company.Area:
    return next((area for area in company.AREAS if region in area.regions), company.AREAS[-1])
