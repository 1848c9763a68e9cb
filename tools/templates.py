"""Write examples/templates anew from the kinds of import."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples" / "templates"


def main() -> None:
    """Write the templates and remove those of kinds that are gone."""
    sys.path.insert(0, str(ROOT))
    from xinheng.exchange import templates

    found = templates.files()
    for old in FOLDER.glob("*.csv"):
        if old.name not in found:
            old.unlink()
    for name, body in found.items():
        (FOLDER / name).write_bytes(body)


if __name__ == "__main__":
    main()
