"""Keep the front-end files of others in the repository, pinned and provable.

`sync` runs `npm pack` for each pinned package (npm checks the integrity), copies only the listed
files, drops source map comments (the maps are not shipped, and hashed static storage fails on a
missing one), builds the icon sprite and writes the lock. `check` needs no network: a missing,
stray, changed or stale file fails.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
DEST = HERE.parent / "xinheng" / "desk" / "static" / "vendor"
LOCK = HERE / "vendor.lock.json"
SOURCE_MAP = re.compile(
    rb"(?m)^\s*//[#@]\s*sourceMappingURL=.*$|/\*[#@]\s*sourceMappingURL=[^*]*\*/"
)
SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.S)


def manifest() -> dict:
    return tomllib.loads((HERE / "vendor.toml").read_text("utf8"))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def pack(part: dict, folder: str) -> tuple[tarfile.TarFile, str, str]:
    """Download one package; return its archive, its root folder and npm's integrity."""
    answer = subprocess.run(
        ["npm", "pack", "--json", "--silent", f"{part['npm']}@{part['version']}"],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    (meta,) = json.loads(answer.stdout)
    archive = tarfile.open(next(pathlib.Path(folder).glob("*.tgz")))  # noqa: SIM115
    return archive, archive.getnames()[0].split("/")[0], meta["integrity"]


def sprite(archive: tarfile.TarFile, root: str, names: list[str]) -> bytes:
    """Return one SVG with a symbol per icon; the stroke follows the text colour."""
    symbols = []
    for name in sorted(names):
        svg = archive.extractfile(f"{root}/icons/outline/{name}.svg").read().decode()
        body = re.sub(r"\s*\n\s*", "", SVG_BODY.search(svg).group(1))
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    head = '<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor"'
    style = ' stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">'
    return "\n".join([head + style, *symbols, "</svg>\n"]).encode()


def sync() -> int:
    lock = {}
    for name, part in manifest().items():
        files = {}
        with tempfile.TemporaryDirectory() as folder:
            archive, root, integrity = pack(part, folder)
            contents = {f: archive.extractfile(f"{root}/{f}").read() for f in part["files"]}
            if "sprite" in part:
                contents[part["sprite"]] = sprite(archive, root, part["symbols"])
        for path, content in contents.items():
            kept = SOURCE_MAP.sub(b"", content) if path.endswith((".js", ".css")) else content
            relative = f"{name}/{pathlib.PurePosixPath(path).name}"
            target = DEST / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(kept)
            files[relative] = {"sha256": digest(kept), "upstream_sha256": digest(content)}
        lock[name] = {
            "npm": part["npm"], "version": part["version"], "licence": part["licence"],
            "integrity": integrity, "symbols": part.get("symbols", []), "files": files,
        }  # fmt: skip
    LOCK.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n")
    return check()


def problems() -> list[str]:
    """Return every way in which the kept files differ from the lock or the manifest."""
    lock, found = json.loads(LOCK.read_text()), []
    for name, part in manifest().items():
        held = lock.get(name, {})
        if (held.get("version"), held.get("symbols")) != (
            part["version"],
            part.get("symbols", []),
        ):
            found.append(f"stale {name}")
    want = {path: row for held in lock.values() for path, row in held["files"].items()}
    have = {str(f.relative_to(DEST)): f for f in DEST.rglob("*") if f.is_file()}
    found += [f"missing {path}" for path in sorted(want.keys() - have.keys())]
    found += [f"stray {path}" for path in sorted(have.keys() - want.keys())]
    for path in sorted(want.keys() & have.keys()):
        if digest(have[path].read_bytes()) != want[path]["sha256"]:
            found.append(f"changed {path}")
    return found


def check() -> int:
    found = problems()
    print("\n".join(found) or "vendored files match the lock")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit({"sync": sync, "check": check}[sys.argv[1]]())
