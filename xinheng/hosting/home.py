"""The home folder: where one installation keeps everything it writes.

`data` is the database, `run` its socket and locks, `secrets` the generated passwords and keys,
`log` what happened. Nothing outside the home is ever changed, except a socket folder in the
system's temporary directory when the home's own path is too long for a socket.
"""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from xinheng.hosting.refusals import ForeignDataDirectory, MissingRight

# A socket's whole path may hold 107 bytes on Linux and 103 on macOS; PostgreSQL adds
# "/.s.PGSQL.5432", so a folder may take 90 bytes and no more.
LONGEST_SOCKET_FOLDER = 90
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """The folders of one installation."""

    path: Path

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def socket(self) -> Path:
        """Return the folder of the database's socket, short enough to be one."""
        if len(os.fsencode(self.run)) <= LONGEST_SOCKET_FOLDER:
            return self.run
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"xinheng-{os.getuid()}-{digest}"

    def ensure(self) -> None:
        """Create the folders that are missing, readable by their owner alone.

        refuses: MissingRight when the place is not ours to write.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.run, self.secrets, self.log):
                folder.mkdir(mode=0o700, exist_ok=True)
            self.socket.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError as error:
            raise ForeignDataDirectory(path=error.filename, why="not a folder") from error
        except OSError as error:
            raise MissingRight(path=error.filename, need="write", need_zh="写入") from error
        for folder in (self.path, self.run, self.secrets, self.log):
            if not os.access(folder, os.W_OK | os.X_OK):
                raise MissingRight(path=folder, need="write", need_zh="写入")
        if self.socket != self.run:
            self._require_private(self.socket)

    def _require_private(self, folder: Path) -> None:
        """Refuse a socket folder that somebody else could have laid for us to fall into."""
        found = folder.lstat()
        ours = found.st_uid in (os.getuid(), NOBODY if os.getuid() == 0 else os.getuid())
        if not stat.S_ISDIR(found.st_mode) or not ours or found.st_mode & 0o077:
            raise MissingRight(path=folder, need="trust this folder", need_zh="信任此目录")


NOBODY = 65534


def of_environment() -> Home:
    """Return the home that XINHENG_HOME names, else `var` in the repository."""
    chosen = os.environ.get("XINHENG_HOME", "").strip()
    return Home(Path(chosen).expanduser().absolute() if chosen else REPOSITORY / "var")
