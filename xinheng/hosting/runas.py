"""As whom the database server runs: it refuses to run as root, and root is who often installs.

Three ways, in this order:
- a plain user runs it as itself (one without a name, as containers have them, in a namespace that
  gives it nobody's: initdb wants a name);
- root runs it in a user namespace that maps root to nobody's number: files stay root's, folders
  closed to others stay reachable, no account is made;
- where namespaces are forbidden, root hands the data folder to `nobody`, which must be able to
  reach it: the first ancestor that shuts it out is named.
"""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xinheng.hosting.home import NOBODY, Home
from xinheng.hosting.refusals import ForeignDataDirectory, MissingRight

NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
STEP_DOWN = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@dataclass(frozen=True)
class RunAs:
    """How to start the server's programs, and who owns its files."""

    prefix: tuple[str, ...]
    uid: int

    @property
    def steps_down(self) -> bool:
        return self.prefix == STEP_DOWN


def choose(home: Home) -> RunAs:
    """Return as whom the server runs for this home.

    refuses: MissingRight naming the ancestor that nobody cannot pass;
             ForeignDataDirectory when the data belongs to somebody else.
    """
    uid = os.geteuid()
    owner = home.data.stat().st_uid if home.data.exists() else None
    if uid != 0:
        if owner not in (None, uid):
            raise ForeignDataDirectory(path=home.data, why=f"owner {owner}")
        return RunAs(NAMESPACE if not _has_name(uid) and namespaces_work() else (), uid)
    if owner not in (None, 0, NOBODY):
        raise ForeignDataDirectory(path=home.data, why=f"owner {owner}")
    if owner != NOBODY and namespaces_work():
        _require_owned_path(home.path)
        return RunAs(NAMESPACE, 0)
    return RunAs(STEP_DOWN, NOBODY)


def _has_name(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return False


@lru_cache(maxsize=1)
def namespaces_work() -> bool:
    """Tell whether this machine lets us map ourselves to nobody's number."""
    if os.environ.get("XINHENG_NO_NAMESPACE"):
        return False
    try:
        done = subprocess.run([*NAMESPACE, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def prepare(who: RunAs, home: Home, *, programs: Path) -> None:
    """Let `nobody` reach what it needs inside the home; refuse when something above shuts it out.

    refuses: MissingRight
    """
    if not who.steps_down:
        return
    home.path.chmod(home.path.stat().st_mode | 0o011)
    for folder in (home.run, home.socket):
        os.chown(folder, NOBODY, NOBODY)
    for place in (home.path, home.socket.parent, programs):
        for folder in (place, *place.parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                need = "pass this folder as the user nobody"
                raise MissingRight(path=folder, need=need, need_zh="以 nobody 用户通过此目录")


def _require_owned_path(path: Path) -> None:
    """Inside the namespace root has no more than an owner's rights on the way to the home."""
    for folder in (path, *path.parents):
        found = folder.stat()
        if found.st_uid != 0 and not found.st_mode & stat.S_IXOTH:
            need = "pass this folder of another user"
            raise MissingRight(path=folder, need=need, need_zh="通过其他用户的此目录")
