"""Make `.venv` ready: `python3 tools/install.py base|test`. Does nothing when nothing changed.

The requirement files carry exact versions and hashes; a stamp remembers which of them is
installed, so that a second run neither calls pip nor needs a network.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
# The larger set contains the smaller one, version for version (tests/test_install.py).
SETS = {"base": ("base",), "test": ("test", "base")}
# The kernel cuts a long first line short and knows no spaces in it, so a shell starts Python.
LAUNCHER = """#!/bin/sh
'''exec' '{python}' "$0" "$@"
' '''
import sys

from xinheng.config.command import main

if __name__ == "__main__":
    sys.exit(main())
"""
# What tests need from the system: a program or a file that shows it is there, and its package.
SYSTEM = {
    "chromium": lambda: shutil.which("chromium") or shutil.which("google-chrome"),
    "fonts-noto-cjk": lambda: has_chinese_font(),
}


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "base"
    require_python()
    if not PYTHON.exists():
        create_environment()
    if not is_installed(wanted):
        install(wanted)
    write_launcher()
    if wanted == "test":
        install_from_the_system()
    return 0


def require_python() -> None:
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"Python {found} is too old: 3.11 or later is needed (make PYTHON=/path/to/it)")


def create_environment() -> None:
    say("creating .venv")
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if done.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("python3 -m venv failed: install it (Debian: apt-get install python3-venv)")


def is_installed(name: str) -> bool:
    return all(stamp(part).exists() and stamp(part).read_text() == digest(part)
               for part in SETS[name])  # fmt: skip


def install(name: str) -> None:
    say(f"installing requirements/{name}.txt (pinned, with hashes)")
    done = subprocess.run(
        [
            str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--require-hashes", "--only-binary", ":all:",
            "-r", str(ROOT / "requirements" / f"{name}.txt"),
        ],
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit("pip could not install the requirements; see its message above")
    for part in SETS[name]:
        stamp(part).write_text(digest(part))


def write_launcher() -> None:
    """Let the environment find the package here, and give it the `xinheng` command."""
    (folder,) = (VENV / "lib").glob("python3*/site-packages")
    replace(folder / "xinheng.pth", f"{ROOT}\n")
    launcher = VENV / "bin" / "xinheng"
    replace(launcher, LAUNCHER.format(python=PYTHON))
    launcher.chmod(0o755)


def install_from_the_system() -> None:
    missing = [package for package, found in SYSTEM.items() if not found()]
    if not missing:
        return
    how = f"apt-get install {' '.join(missing)}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        say(f"some tests will be skipped; as root: {how}")
        return
    say(how)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", "-qq", *command],
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            say(f"that failed: some tests will be skipped; later: {how}")
            return


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    done = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest()


def replace(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
