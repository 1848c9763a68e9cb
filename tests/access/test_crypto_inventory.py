"""Cryptography and random bytes are used where docs/crypto.md says and nowhere else (ASVS V11)."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = {"cryptography", "hashlib", "hmac", "secrets", "ssl", "gmssl", "nacl", "Crypto", "jwt"}
# Random numbers for anything but tests and made-up companies come from `secrets` or the system.
WEAK = {"random"}
ROW = re.compile(r"^\| `(xinheng/[\w/]+\.py)` \| ([^|]+) \| [^|]+ \|$", re.M)


def inventory() -> dict[str, set[str]]:
    text = (ROOT / "docs" / "crypto.md").read_text(encoding="utf-8")
    return {file: {u.strip() for u in uses.split(",")} for file, uses in ROW.findall(text)}


def uses_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
            if node.module == "os" and "urandom" in {alias.name for alias in node.names}:
                found.add("os.urandom")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "os.urandom":
            found.add("os.urandom")
    return found & (LIBRARIES | WEAK | {"os.urandom"})


def sources() -> dict[str, set[str]]:
    files = (ROOT / "xinheng").rglob("*.py")
    return {str(file.relative_to(ROOT)): uses for file in files if (uses := uses_of(file))}


def test_the_inventory_names_every_use_and_nothing_else():
    assert sources() == inventory(), "docs/crypto.md and the code name different uses"


def test_no_weak_random_numbers():
    assert [file for file, uses in sources().items() if uses & WEAK] == []


def test_only_two_files_touch_a_cipher():
    found = sorted(file for file, uses in sources().items() if "cryptography" in uses)
    assert found == ["xinheng/access/keys.py", "xinheng/access/suites.py"]


def test_the_check_can_fail(tmp_path):
    file = tmp_path / "x.py"
    file.write_text("from os import urandom\nimport random, hashlib\nfrom cryptography import x\n")
    assert uses_of(file) == {"os.urandom", "random", "hashlib", "cryptography"}
