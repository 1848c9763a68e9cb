"""Which pairs are worth comparing: those that share a key, each with its nearest neighbours only.

The work grows with the number of customers, not with its square: a customer has about twenty
keys, and within one key it is compared with at most WINDOW others. Pure.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from xinheng.masterdata.rules import Subject, tidy_code

WINDOW = 25
LONGEST = 16  # of longer names not every deletion is a key, but both ends are


def keys(one: Subject) -> Iterator[str]:
    """Yield what a customer may share with a duplicate of itself."""
    code = tidy_code(one.code)
    if code:
        yield f"c:{code}"
    if len(code) == 18:
        # Of a code with one wrong character one of these halves is right.
        yield f"o:{code[8:17]}"
        yield f"a:{code[8:13]}"
        yield f"b:{code[13:18]}"
    core, syllables = one.name.core, one.sound.split(" ")
    yield f"n:{core}"
    yield f"p:{one.sound}"
    if len(core) >= 3:
        yield f"s:{''.join(sorted(core))}"
    if 4 <= len(core) <= LONGEST:
        # Names at distance one share what is left when the differing character is taken out,
        # or one of them is what is left of the other.
        yield f"d:{core}"
        yield from (f"d:{core[:at]}{core[at + 1 :]}" for at in range(len(core)))
        if one.name.is_chinese:
            yield f"e:{one.sound}"
            for at in range(len(syllables)):
                yield f"e:{' '.join(syllables[:at] + syllables[at + 1 :])}"
    if len(core) >= 8:
        half = len(core) // 2
        yield f"l:{core[:half]}"
        yield f"r:{core[-half:]}"


def pairs(
    subjects: Sequence[Subject], touched: frozenset[int] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield the places in `subjects` of pairs that share a key, each pair once.

    touched: only pairs with at least one of these ids; None for all
    """
    places, hashes = [], []
    for place, one in enumerate(subjects):
        for key in set(keys(one)):
            places.append(place)
            hashes.append(hash(key))
    at = np.asarray(places, dtype=np.int64)
    by_key = np.asarray(hashes, dtype=np.int64)
    order = np.lexsort((at, by_key))
    at, by_key = at[order], by_key[order]
    found = [_neighbours(at, by_key, step) for step in range(1, WINDOW + 1)]
    joined = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
    for pair in joined.tolist():
        first, second = divmod(pair, 1 << 32)
        if touched is None or subjects[first].id in touched or subjects[second].id in touched:
            yield first, second


def _neighbours(at: NDArray[np.int64], by_key: NDArray[np.int64], step: int) -> NDArray[np.int64]:
    """Return pairs of places that lie `step` apart under one key, the lower place first."""
    if len(at) <= step:
        return np.empty(0, dtype=np.int64)
    same = by_key[step:] == by_key[:-step]
    joined: NDArray[np.int64] = (at[:-step][same] << 32) | at[step:][same]
    return joined
