"""Say what is wrong with this installation and how to mend it. Changes nothing."""

import argparse
from typing import Any

from xinheng.config import command, output
from xinheng.hosting import address, doctor, home, ports
from xinheng.hosting.cluster import Cluster
from xinheng.kernel.refusals import say

NAME = "doctor"
HELP = "what is wrong with this installation, and how to mend it"
NEEDS_DATABASE = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the address to look at; everything else comes from the environment."""
    parser.add_argument("--bind", metavar="HOST:PORT", help="default: XINHENG_BIND")


def run(args: argparse.Namespace) -> int:
    """Look at everything; exit 1 when anything is wrong."""
    findings = list(doctor.examine(home.of_environment(), args.bind or ports.of_environment()))
    findings += _inside(findings)
    wrong = [found for found in findings if found.refusal and not found.optional]
    output.emit(
        args,
        {"ok": not wrong, "checks": [_record(found) for found in findings]},
        [_line(found) for found in findings],
    )
    return 1 if wrong else 0


def _inside(found: list[doctor.Finding]) -> list[doctor.Finding]:
    """Look into the books where the database answers by now; it is not started for that."""
    is_sound = not any(one.refusal for one in found if one.name in ("home", "data", "server"))
    is_up = not address.is_embedded() or Cluster(home.of_environment()).running() is not None
    if not (is_sound and is_up):
        return [doctor.not_seen()]
    # The settings may write to the home, so they are loaded for books that are there.
    command.set_up_django()

    from django.utils import timezone

    from xinheng import access
    from xinheng.config import books

    return list(books.examine(by=access.system("doctor"), at=timezone.now()))


def _record(found: doctor.Finding) -> dict[str, Any]:
    record: dict[str, Any] = {"name": found.name, "ok": found.refusal is None}
    if found.optional:
        record["optional"] = True
    if found.refusal:
        sentences = {"zh": say(found.refusal, "zh"), "en": say(found.refusal, "en")}
        record |= {"code": found.refusal.code, **sentences}
    return record


def _line(found: doctor.Finding) -> str:
    language = output.language()
    label = found.zh if language == "zh" else found.en
    if found.refusal is None:
        return f"✓ {label}"
    sign = "–" if found.optional else "✗"
    return f"{sign} {label}：[{found.refusal.code}] {say(found.refusal, language)}"
