"""Show Xinheng at work: a company's books, reviewed, in your browser until Ctrl-C.

Starts the database, brings it up to this version, loads the demo company (or the files of a
folder) and runs the credit review. A second run loads nothing again.
"""

import argparse
import contextlib
import os
from pathlib import Path
from typing import Any

from xinheng.config import command, output, services
from xinheng.config.commands import up
from xinheng.config.terminal import left, paint
from xinheng.hosting import address, home, ports, supervisor, users
from xinheng.hosting.cluster import Cluster

NAME = "demo"
HELP = "the demo company, reviewed, in your browser"
NEEDS_DATABASE = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to load, and whether to serve."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="load the files found in DIR")
    parser.add_argument("--no-serve", action="store_true", help="stop after the summary")
    parser.add_argument("--bind", metavar="HOST:PORT", help="default: XINHENG_BIND")


def run(args: argparse.Namespace) -> int:
    """Load, review, show; then serve unless somebody does already."""
    if args.bind:
        os.environ["XINHENG_BIND"] = args.bind
    bind = ports.of_environment()
    ports.split(bind)
    place = home.of_environment()
    running = supervisor.current(place)
    if args.no_serve or running:
        _beside(args, place)
        if running and not args.no_serve:
            _invite(args, running["address"])
        return 0
    up.serve(bind, before=lambda: _show(args), on_ready=lambda: _welcome(args, ports.url(bind)))
    output.say("已停止。")
    return 0


def _beside(args: argparse.Namespace, place: home.Home) -> None:
    """Do everything but serve, using a server that runs or one of our own."""
    with contextlib.ExitStack() as stack:
        if address.is_embedded():
            stack.enter_context(users.using(Cluster(place)))
        services.bring_up_to_date(place)
        _show(args)


def _show(args: argparse.Namespace) -> None:
    """Load what is missing, review, print the summary."""
    from xinheng.config import demo

    with command.database():
        demo.links()
        loaded = demo.load(args.data)
        found = demo.review()
        output.emit(args, {"loaded": loaded, **found}, demo.summary_lines(found))


def _welcome(args: argparse.Namespace, site: str) -> None:
    with command.database():
        _invite(args, site)
    output.say("Ctrl-C 停止")


def _invite(args: argparse.Namespace, site: str) -> None:
    """Print where the desk is and one link per role, each good for one sign-in."""
    from xinheng.config import demo

    with command.database():
        people: list[dict[str, Any]] = [
            {"name": name, "role": role, "url": url} for name, role, url in demo.links()
        ]
    if args.json:
        for person in people:
            output.say(f"{person['role']} {person['url']}")
        return
    print(f"  {paint('工作台', 'dim')}  {paint(site, 'bold')}\n")
    print(f"  {paint('一次性登录链接（每个角色一个，24 小时内有效）', 'dim')}")
    for person in people:
        print(f"    {left(person['role'], 12)}{left(person['name'], 10)}{person['url']}")
    print(flush=True)
