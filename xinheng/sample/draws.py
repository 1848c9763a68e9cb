"""Random numbers that repeat, and spread evenly.

Every subject draws from a stream of its own, so that a change in one file leaves the others as
they were. Stratified draws give a small company the same distribution as a large one.
"""

import statistics
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_NORMAL = statistics.NormalDist()


def stream(seed: int, subject: str) -> np.random.Generator:
    """Return the generator of one subject; same seed and subject, same numbers."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(subject.encode())]))


def stratified(rng: np.random.Generator, count: int) -> Array:
    """Return `count` uniform numbers, one from each of as many equal strata, in random order."""
    return (rng.permutation(count) + rng.random(count)) / max(count, 1)


def within(rng: np.random.Generator, owner: Array, owners: int) -> Array:
    """Return uniform numbers, stratified among the rows of the same owner, in random order.

    owner: index of each row's owner; owners: how many there are
    """
    place, count = rank(rng.random(len(owner)), owner, owners)
    return (place + rng.random(len(owner))) / count


def rank(key: Array, owner: Array, owners: int) -> tuple[Array, Array]:
    """Return each row's rank by `key` among its owner's rows, and how many those are."""
    counts = np.bincount(owner, minlength=owners)
    starts = np.cumsum(counts) - counts
    order = np.lexsort((key, owner))
    place = np.empty(len(owner), dtype=np.int64)
    place[order] = np.arange(len(owner)) - starts[owner[order]]
    return place, counts[owner]


def normal(uniform: Array) -> Array:
    """Return standard normal numbers with these ranks."""
    low, high = 1e-9, 1 - 1e-9
    return np.array([_NORMAL.inv_cdf(min(max(u, low), high)) for u in uniform.tolist()])


def ranks_of(score: Array) -> Array:
    """Return the rank of each score in (0, 1), evenly spaced."""
    order = np.argsort(score, kind="stable")
    result = np.empty(len(score))
    result[order] = (np.arange(len(score)) + 0.5) / max(len(score), 1)
    return result


def weighted(rng: np.random.Generator, weights: Sequence[float] | Array, count: int) -> Array:
    """Return `count` indexes, each drawn with its weight."""
    steps = np.cumsum(np.asarray(weights, dtype=float))
    found = np.searchsorted(steps, rng.random(count) * steps[-1], side="right")
    return np.asarray(np.minimum(found, len(steps) - 1))


def apportion(total: int, weights: Array, least: Array) -> Array:
    """Return whole numbers that add up to `total`, by weight, none below `least`.

    The largest remainders get what is left over. Needs total ≥ sum of `least`.
    """
    rest = total - int(least.sum())
    share = weights / weights.sum() * rest if weights.sum() > 0 else np.zeros(len(weights))
    whole = np.floor(share).astype(np.int64)
    left = rest - int(whole.sum())
    order = np.argsort(whole - share, kind="stable")
    whole[order[:left]] += 1
    return whole + least


def geometric(uniform: Array, mean: Array) -> Array:
    """Return whole numbers from 0 with these ranks in a geometric distribution of this mean."""
    odds = mean / (1 + mean)
    with np.errstate(divide="ignore"):
        found = np.floor(np.log1p(-uniform) / np.log(odds))
    return np.where(mean > 0, np.minimum(found, 400), 0).astype(np.int64)
