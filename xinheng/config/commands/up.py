"""Run Xinheng until Ctrl-C: the database (if embedded), the web server, the worker."""

import argparse
import contextlib
import logging
from collections.abc import Callable

from xinheng.config import output, services
from xinheng.hosting import address, home, ports, users
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.supervisor import Supervisor, alone

NAME = "up"
HELP = "run database, web and worker until Ctrl-C"
NEEDS_DATABASE = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the address; everything else comes from the environment."""
    parser.add_argument("--bind", metavar="HOST:PORT", help="default: XINHENG_BIND")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    bind = args.bind or ports.of_environment()

    def announce() -> None:
        found = {"address": ports.url(bind), "home": str(home.of_environment().path)}
        output.emit(args, found, [f"信衡正在运行：{found['address']}    （Ctrl-C 停止）"])

    serve(bind, on_ready=announce)
    output.say("已停止。")
    return 0


def serve(
    bind: str, *, on_ready: Callable[[], None], before: Callable[[], object] = lambda: None
) -> None:
    """Migrate, prepare the pages, and supervise everything until a signal asks to stop.

    before: runs once the database is ready and migrated, before anything is served
    refuses: AlreadyRunning, PortTaken and whatever keeps the database from starting
    """
    place = home.of_environment()
    place.ensure()
    _log_to(place)
    cluster = Cluster(place) if address.is_embedded() else None
    with contextlib.ExitStack() as stack:
        stack.enter_context(alone(place, ports.url(bind)))
        ports.require_free(bind)
        if cluster is not None:
            stack.enter_context(users.using(cluster))
        services.bring_up_to_date(place)
        services.collect_static(place)
        before()
        Supervisor(place, services.all_services(bind), cluster, on_ready).run()


def _log_to(place: home.Home) -> None:
    """Keep what the supervisor does in the home, and warnings on the terminal too."""
    handler = logging.FileHandler(place.log / "up.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    room = logging.getLogger("xinheng.hosting")
    room.setLevel(logging.INFO)
    room.propagate = False
    room.handlers = [handler, terminal]
