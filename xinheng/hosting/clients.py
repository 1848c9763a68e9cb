"""The PostgreSQL client programs for backups: whole paths, known versions, no help from PATH."""

import os
import re
import subprocess
from collections.abc import Callable
from typing import Any

from xinheng.hosting import programs
from xinheng.hosting.refusals import MissingProgram, ProgramFailed, WrongVersion

# How libpq's parameters are called in the environment, where no list of processes shows them.
_VARIABLES = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "options": "PGOPTIONS",
    "passfile": "PGPASSFILE", "service": "PGSERVICE", "connect_timeout": "PGCONNECT_TIMEOUT",
}  # fmt: skip


def path(name: str) -> str:
    """Return a client program beside the server's, or in the folder that XINHENG_PG_BIN names.

    refuses: MissingProgram
    """
    place = programs.folder_of_programs() / name
    if not os.access(place, os.X_OK):
        raise MissingProgram(program=place)
    return str(place)


def require_fitting(name: str, server_version: int) -> None:
    """Refuse a program older than the server: it would not know what it reads.

    refuses: MissingProgram, WrongVersion
    """
    said = subprocess.run(
        [path(name), "--version"], capture_output=True, text=True, check=False,
        env=programs.environment(),
    ).stdout  # fmt: skip
    found = re.search(r"(\d+)(?:\.\d+)?", said.partition("PostgreSQL)")[2])
    major = int(found.group(1)) if found else 0
    if major < server_version // 10_000:
        wanted = f"≥ {server_version // 10_000}"
        raise WrongVersion(what=path(name), found=major or said.strip(), wanted=wanted)


def run(
    name: str,
    *arguments: str,
    entering: dict[str, Any],
    on_line: Callable[[str], None] = lambda line: None,
) -> None:
    """Run a program as one login of a database; what it says goes to `on_line` as it comes.

    refuses: MissingProgram, ProgramFailed with its last complaint
    """
    variables = {
        _VARIABLES[key]: str(value) for key, value in entering.items() if key in _VARIABLES
    }
    complaint = ""
    process = subprocess.Popen(
        [path(name), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**programs.environment(), **variables},
        text=True,
        errors="replace",
    )
    with process:
        try:
            for line in process.stderr or ():
                if any(word in line for word in ("error:", "ERROR:", "FATAL:")):
                    complaint = line.strip()
                on_line(line.strip())
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise ProgramFailed(program=name, why=complaint or f"exit {process.returncode}")
