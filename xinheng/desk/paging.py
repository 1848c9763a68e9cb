"""Which page of a list is asked for, and what the pager says about it."""

from dataclasses import dataclass

from django.http import HttpRequest

SIZES = (50, 100, 200)


@dataclass(frozen=True, slots=True)
class Pages:
    """One page among all; rows are numbered from 1."""

    number: int
    size: int
    count: int

    @property
    def last(self) -> int:
        """Return the number of the last page, at least 1."""
        return max(1, -(-self.count // self.size))

    @property
    def previous(self) -> int:
        """Return the page before."""
        return self.number - 1

    @property
    def next(self) -> int:
        """Return the page after."""
        return self.number + 1

    @property
    def first_row(self) -> int:
        """Return the number of the first row shown, 0 when there is none."""
        return 0 if not self.count else (self.number - 1) * self.size + 1

    @property
    def last_row(self) -> int:
        """Return the number of the last row shown."""
        return min(self.count, self.number * self.size)


def asked(request: HttpRequest) -> tuple[int, int]:
    """Return (page number, page size) of the address; nonsense reads as the first page."""
    number = _whole(request.GET.get("page"), 1)
    size = _whole(request.GET.get("size"), SIZES[0])
    return min(number, 1_000_000), size if size in SIZES else SIZES[0]


def offset(request: HttpRequest) -> int:
    """Return how many rows lie before the asked page."""
    number, size = asked(request)
    return (number - 1) * size


def pages(request: HttpRequest, count: int) -> Pages:
    """Return the asked page of a list of `count` rows."""
    number, size = asked(request)
    return Pages(number, size, count)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) > 0 else otherwise
