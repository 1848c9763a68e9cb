"""The empty file of each kind: its header in both names, the star of required columns."""

from xinheng.exchange.kinds import KINDS, Kind


def header(kind: Kind) -> list[str]:
    """Return the header cells of a kind's template; the reader knows them as they are."""
    return [f"{column.zh}{'*' if column.required else ''} {column.name}" for column in kind.columns]


def files() -> dict[str, bytes]:
    """Return every template by file name: CSV that a spreadsheet opens in the right encoding."""
    return {
        f"{kind.name}.csv": b"\xef\xbb\xbf" + (",".join(header(kind)) + "\r\n").encode()
        for kind in KINDS.values()
    }
