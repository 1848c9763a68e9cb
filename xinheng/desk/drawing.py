"""Small pictures that the server draws: positions in percent of the width, ready for SVG.

SVG takes percentages as attributes, so a bar needs neither a style attribute nor a script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinheng.insight.credit_file import AccountPosition, Standing

ROOM = Decimal("1.12")  # the beam reaches a little past the heaviest mark


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a strip: where it begins, how wide it is, its colour class, what it says."""

    x: str
    width: str
    colour: str
    label: str
    minor: int
    share: Decimal
    link: str = ""


@dataclass(frozen=True, slots=True)
class Steelyard:
    """The limit as a beam: load (exposure), post (limit now), dashed post (proposed), stars."""

    load: str
    over_x: str
    over: str
    current: str
    proposed: str
    stars: tuple[tuple[str, bool], ...]
    used_share: Decimal | None


def percent(part: int | Decimal, whole: int | Decimal) -> str:
    """Return a share as SVG wants it, such as "62.5%"; nothing of nothing is 0 %."""
    if not whole:
        return "0%"
    share = min(Decimal(100), max(Decimal(0), Decimal(part) * 100 / Decimal(whole)))
    return f"{share:.2f}%"


def strip(parts: Sequence[tuple[int, str, str, str]]) -> tuple[Piece, ...]:
    """Return the pieces of a stacked bar; parts: (minor, colour class, label, link).

    A negative part (credit notes above invoices) takes no width but keeps its label.
    """
    whole = sum(max(0, minor) for minor, *_rest in parts)
    pieces, at = [], 0
    for minor, colour, label, link in parts:
        shown = max(0, minor)
        share = Decimal(shown) / whole if whole else Decimal(0)
        pieces.append(
            Piece(
                percent(at, whole), percent(shown, whole), colour, label, minor, share, link
            )
        )  # fmt: skip
        at += shown
    return tuple(pieces)


def steelyard(account: AccountPosition | None, standing: Standing | None) -> Steelyard | None:
    """Return the beam of one customer, None when there is neither exposure nor any limit."""
    used = max(0, account.used_minor) if account else 0
    current = account.limit_minor if account else None
    proposed = standing.limit_proposed_minor if standing else None
    scale = Decimal(max(used, current or 0, proposed or 0)) * ROOM
    if not scale:
        return None
    # Before a grant the proposal is what the load is weighed against.
    bound = current if current is not None else proposed
    ruler = bound or used
    within = used if bound is None else min(used, bound)
    stars = tuple(
        (percent(ruler * tenth // 10, scale), ruler * tenth // 10 <= used) for tenth in range(1, 10)
    )
    return Steelyard(
        load=percent(within, scale),
        over_x=percent(within, scale),
        over=percent(used - within, scale),
        current="" if current is None else percent(current, scale),
        proposed=percent(proposed, scale) if proposed else "",
        stars=stars,
        used_share=Decimal(used) / current if current else None,
    )


@dataclass(frozen=True, slots=True)
class Gauge:
    """What one limit carries: used before, this document, the part beyond; its post is the limit.

    post is "" when nothing bounds it; room_minor: what is left for this document, None likewise
    """

    used: str
    asked_x: str
    asked: str
    over_x: str
    over: str
    post: str
    room_minor: int | None
    used_minor: int
    asked_minor: int
    over_minor: int
    used_share: Decimal | None


def gauge(used_minor: int, asked_minor: int, limit_minor: int | None) -> Gauge:
    """Return the bar of one limit; limit_minor None means that nothing bounds it.

    A used amount below zero (deposits above what is owed) takes no width but adds to the room.
    """
    after = used_minor + asked_minor
    scale = Decimal(max(0, used_minor, after, limit_minor or 0)) * ROOM
    bound = after if limit_minor is None else limit_minor
    before = max(0, min(used_minor, bound))
    fitting = max(0, min(after, bound) - max(0, used_minor))
    over = max(0, after - max(bound, 0)) if limit_minor is not None else 0
    return Gauge(
        used=percent(before, scale),
        asked_x=percent(max(0, used_minor), scale),
        asked=percent(fitting, scale),
        over_x=percent(max(0, bound), scale),
        over=percent(over, scale),
        post="" if limit_minor is None else percent(limit_minor, scale),
        room_minor=None if limit_minor is None else limit_minor - used_minor,
        used_minor=used_minor,
        asked_minor=asked_minor,
        over_minor=over,
        used_share=Decimal(used_minor) / limit_minor if limit_minor else None,
    )
