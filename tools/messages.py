"""The English catalogues of desk and api: collect their texts, compile them, prove them complete.

The Chinese of the templates and modules is the source. `collect` runs Django's makemessages (needs
GNU gettext) and keeps what is translated; `compile` writes the binary catalogues in plain Python,
so an installation needs no tool; `check` fails on a text of the code that is missing, a missing
translation or a stale binary; `missing` prints the missing texts as entries to fill in.
"""

import ast
import os
import re
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DESK = ROOT / "xinheng" / "desk"
ROOMS = (DESK, ROOT / "xinheng" / "api")
PLACE = Path("locale", "en", "LC_MESSAGES", "django.po")
PO = DESK / PLACE
HEADER = (
    "Project-Id-Version: xinheng\nLanguage: en\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
    "Plural-Forms: nplurals=2; plural=(n != 1);\n"
)
LINE = re.compile(r'(?P<key>msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*(?P<text>".*")$')


def entries(text: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return (source, plural?) → translations of a catalogue; obsolete lines are left out."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for block in text.split("\n\n"):
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            match = None if line.startswith("#") else LINE.match(line.strip())
            if match:
                key = match["key"] or key
                parts[key] = parts.get(key, "") + ast.literal_eval(match["text"])
        if parts.get("msgid"):
            sources = tuple(parts[name] for name in ("msgid", "msgid_plural") if name in parts)
            said = tuple(value for name, value in parts.items() if name.startswith("msgstr"))
            found[sources] = said
    return found


def binary(found: dict[tuple[str, ...], tuple[str, ...]]) -> bytes:
    """Return the catalogue as GNU gettext's .mo, entries in the order of their sources."""
    pairs = [(b"", HEADER.encode())]
    pairs += [
        ("\0".join(sources).encode(), "\0".join(said).encode())
        for sources, said in found.items()
        if all(said)
    ]
    pairs.sort()
    start = 28 + 16 * len(pairs)
    ids = b"".join(source + b"\0" for source, _said in pairs)
    texts = b"".join(said + b"\0" for _source, said in pairs)
    first, second = [], []
    at, then = start, start + len(ids)
    for source, said in pairs:
        first += [len(source), at]
        second += [len(said), then]
        at, then = at + len(source) + 1, then + len(said) + 1
    head = struct.pack(
        "<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start
    )  # fmt: skip
    return head + struct.pack(f"<{4 * len(pairs)}I", *first, *second) + ids + texts


def collect() -> int:
    """Bring the catalogues up to the texts of the code."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    for room in ROOMS:
        (room / PLACE).parent.mkdir(parents=True, exist_ok=True)
        os.chdir(room)
        call_command(
            "makemessages", locale=["en"], no_location=True, no_wrap=True, no_obsolete=True,
            verbosity=0,
        )  # fmt: skip
    return compile_()


def compile_() -> int:
    """Write the binary catalogues."""
    for room in ROOMS:
        path = room / PLACE
        path.with_suffix(".mo").write_bytes(binary(entries(path.read_text("utf-8"))))
    return check()


def problems() -> list[str]:
    """Return every text without an English one, and which binaries are stale."""
    absent = [f"not in the catalogue: {' / '.join(one)!r}" for one in missing()]
    return absent + [problem for room in ROOMS for problem in _problems(room / PLACE)]


def missing() -> list[tuple[str, ...]]:
    """Return the texts that templates and modules ask for and no catalogue has."""
    known = {sources for room in ROOMS for sources in entries((room / PLACE).read_text("utf-8"))}
    known |= {(source,) for source, *_plural in known}
    asked: dict[tuple[str, ...], None] = {}
    for path in sorted((ROOT / "xinheng").rglob("*")):
        if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
            asked |= dict.fromkeys(texts_of(path))
    return [one for one in asked if one not in known]


def texts_of(path: Path) -> list[tuple[str, ...]]:
    """Return the texts a file asks to have translated: (source,) or (source, plural)."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return _asked(ast.parse(text))
    from django.utils.translation.template import templatize

    return [one for call in _calls(templatize(text)) for one in _asked(call)]


ASKS = {
    "_": 1,
    "gettext": 1,
    "gettext_lazy": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
    "gettext_noop": 1,
}


def _asked(tree: ast.AST) -> list[tuple[str, ...]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            said = [
                one.value for one in node.args[: ASKS.get(name, 0)] if isinstance(one, ast.Constant)
            ]
            if said and len(said) == ASKS[name]:
                found.append(tuple(str(one) for one in said))
    return found


def _calls(code: str) -> list[ast.AST]:
    """Return the calls in what Django makes of a template: code between filler, not a module."""
    found: list[ast.AST] = []
    for match in re.finditer(rf"(?<![\w.])(?:{'|'.join(ASKS)})\(", code):
        for close in re.finditer(r"\)", code[match.start() :]):
            try:
                found.append(ast.parse(code[match.start() : match.start() + close.end()].strip()))
            except SyntaxError:
                continue
            break
    return found


def print_missing() -> int:
    """Print the missing texts as entries of a catalogue."""
    for sources in missing():
        names = ("msgid", "msgid_plural")
        for name, text in zip(names, sources, strict=False):
            print(f"{name} {_quoted(text)}")
        print(
            "\n".join(['msgstr[0] ""', 'msgstr[1] ""'] if len(sources) > 1 else ['msgstr ""']), "\n"
        )
    return 0


def _quoted(text: str) -> str:
    signs = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return '"' + "".join(signs.get(one, one) for one in text) + '"'


def _problems(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    found = entries(text)
    missing = [sources[0] for sources, said in found.items() if not all(said)]
    unsure = ["a translation is marked fuzzy"] if re.search(r"^#, .*fuzzy", text, re.M) else []
    stale = [] if path.with_suffix(".mo").read_bytes() == binary(found) else [f"{path} is newer"]
    return [f"no English for {source!r}" for source in missing] + unsure + stale


def check() -> int:
    """Say whether the catalogues are complete and compiled."""
    found = problems()
    print("\n".join(found) or "the English catalogues are complete")
    return 1 if found else 0


if __name__ == "__main__":
    verbs = {"collect": collect, "compile": compile_, "check": check, "missing": print_missing}
    sys.exit(verbs[sys.argv[1]]())
