"""The `xinheng` command: finds its sub-commands, gives them a database, says what went wrong.

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 input refused.
"""

import argparse
import contextlib
import importlib
import io
import json
import os
import pkgutil
import signal
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from xinheng.config import commands, output
from xinheng.kernel.refusals import Refusal

DONE, FAILED, USAGE, REFUSED = 0, 1, 2, 3


def main(argv: list[str] | None = None) -> int:
    """Run one sub-command and return its exit code."""
    parser, found = build_parser()
    args = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    module = found[args.command]
    try:
        with surroundings(module):
            return int(module.run(args))
    except Refusal as refusal:
        output.refuse(args, refusal)
        return REFUSED if getattr(refusal, "is_input", False) else FAILED
    except KeyboardInterrupt:
        output.say("")
        return 130
    except BrokenPipeError:
        # The reader went away, as `head` does; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def call(*words: str) -> tuple[int, dict[str, Any]]:
    """Run a sub-command inside this process and return its exit code and what --json prints.

    The caller has set up what the sub-command needs; refusals pass through.
    """
    parser, found = build_parser()
    args = parser.parse_args([*words, "--json"])
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = int(found[args.command].run(args))
    text = said.getvalue().strip()
    return code, json.loads(text) if text else {}


def build_parser() -> tuple[argparse.ArgumentParser, dict[str, ModuleType]]:
    """Return the whole command line, and the module of each sub-command by name."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser = argparse.ArgumentParser(
        prog="xinheng", description="信衡 Xinheng: trade-credit management, self-hosted."
    )
    inner = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    found = {module.NAME: module for module in _modules()}
    for name, module in sorted(found.items()):
        child = inner.add_parser(
            name, help=module.HELP, description=module.__doc__, parents=[shared]
        )
        module.add_arguments(child)
    return parser, found


@contextlib.contextmanager
def surroundings(module: ModuleType) -> Iterator[None]:
    """Give a sub-command what it asks for: a login, a running database, a Django set up."""
    os.environ["XINHENG_DB_ROLE"] = getattr(module, "ROLE", "app")
    if not module.NEEDS_DATABASE:
        yield
        return
    with database():
        yield


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Have the database run, and Django know it, for the length of a block.

    refuses: what keeps the embedded one from starting; DatabaseUnreachable
    """
    from xinheng.hosting import address, doctor, home, users
    from xinheng.hosting.cluster import Cluster

    with contextlib.ExitStack() as stack:
        if address.is_embedded():
            stack.enter_context(users.using(Cluster(home.of_environment())))
        else:
            doctor.server_fits(address.role())
        set_up_django()
        from django.db import connections

        stack.callback(connections.close_all)
        yield


def set_up_django() -> None:
    """Load the settings and the rooms."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    django.setup()


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(commands.__path__):
        yield importlib.import_module(f"{commands.__name__}.{found.name}")


if __name__ == "__main__":
    sys.exit(main())
