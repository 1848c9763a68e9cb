"""A bar on stderr for work of several steps; silent where nobody watches."""

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any


class Bar:
    """A context whose `step(name, percent)` moves the bar; names are said as `labels` has them."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._bar: Any = None

    def __enter__(self) -> "Bar":
        if sys.stderr.isatty():
            from tqdm import tqdm

            layout = "{desc} {percentage:3.0f}%|{bar}| {elapsed}"
            self._bar = tqdm(total=100, file=sys.stderr, bar_format=layout, leave=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self, name: str, percent: int) -> None:
        """Say which step has begun and how much is done."""
        if self._bar is not None:
            self._bar.set_description(self._labels.get(name, name), refresh=False)
            self._bar.n = percent
            self._bar.refresh()
