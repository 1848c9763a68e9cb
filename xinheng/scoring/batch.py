"""Reasons for a whole portfolio: the ranking of `rules`, over columns instead of lines."""

from typing import Any

import numpy as np
import pyarrow as pa

from xinheng.scoring.card import Scorecard
from xinheng.scoring.expressions import KNOCK_OUT, POINTS


def reasons(card: Scorecard, assessed: Any) -> Any:
    """Return the reason codes of every row, as `rules.assess` orders them.

    assessed: what `expressions.assessed` gives, materialised
    """
    ranked, counts = _ranked_losses(card, assessed)
    leading = [("coverage", assessed["score"].is_null())]
    knock_outs = [(f"knock_out.{k.code}", assessed[KNOCK_OUT + k.code]) for k in card.knock_outs]
    flags = [
        (code, np.asarray(column.to_numpy(zero_copy_only=False), bool))
        for code, column in (*knock_outs, *leading)
    ]
    return _listed([factor.factor for factor in card.factors()], ranked, counts, flags)


def knock_outs(card: Scorecard, assessed: Any) -> Any:
    """Return the codes of the knock-outs that hold, row by row."""
    flags = [
        (k.code, np.asarray(assessed[KNOCK_OUT + k.code].to_numpy(zero_copy_only=False), bool))
        for k in card.knock_outs
    ]
    nothing = np.zeros((assessed.num_rows, 0), dtype=np.int64)
    return _listed([], nothing, np.zeros(assessed.num_rows, dtype=np.int64), flags)


def _ranked_losses(card: Scorecard, assessed: Any) -> tuple[Any, Any]:
    """Return, per row, the factors' positions by loss, and how many of them count.

    A loss and its place in the card make one number, so that the greatest is the next reason and
    equals keep the order of the card. The few reasons are taken one after the other: sorting all
    losses of every row took longer than the whole card.
    """
    weights = card.weights()
    factors = card.factors()
    places = len(factors) + 1
    keys = np.empty((len(factors), assessed.num_rows), dtype=np.int64)
    for place, factor in enumerate(factors):
        points = assessed[POINTS + factor.factor].fill_null(factor.best_points)
        lost = factor.best_points - points.to_numpy(zero_copy_only=False).astype(np.int64)
        keys[place] = weights[factor.factor] * np.maximum(lost, 0) * places + places - 1 - place
    wanted = min(card.reasons, len(factors))
    ranked = np.empty((assessed.num_rows, wanted), dtype=np.int64)
    counts = np.zeros(assessed.num_rows, dtype=np.int64)
    for rank in range(wanted):
        best = keys.max(axis=0)
        ranked[:, rank] = places - 1 - best % places
        counts += best >= places
        keys[keys == best] = -1
    return ranked, counts


def _listed(
    names: list[str],
    ranked: Any,
    counts: Any,
    flags: list[tuple[str, Any]],
) -> Any:
    """Build the lists: the codes whose flag is up, then the first `counts` of the ranked names."""
    words = pa.array([code for code, _ in flags] + names, pa.string())
    rows = len(counts)
    places = [np.full(rows, index) for index in range(len(flags))]
    places += [ranked[:, index] + len(flags) for index in range(ranked.shape[1])]
    keep = [up for _, up in flags]
    keep += [counts > index for index in range(ranked.shape[1])]
    if not places:
        return pa.array([[]] * rows, pa.list_(pa.string()))
    kept = np.column_stack(keep)
    offsets: Any = pa.array(np.concatenate([[0], np.cumsum(kept.sum(axis=1))]), pa.int32())
    chosen: Any = words.take(pa.array(np.column_stack(places)[kept]))
    return pa.ListArray.from_arrays(offsets, chosen)
