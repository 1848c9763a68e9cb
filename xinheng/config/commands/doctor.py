"""Say what is wrong with this installation and how to mend it. Changes nothing."""

import argparse
from typing import Any

from xinheng.config import output
from xinheng.hosting import doctor, home, ports
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
    wrong = [found for found in findings if found.refusal and not found.optional]
    output.emit(
        args,
        {"ok": not wrong, "checks": [_record(found) for found in findings]},
        [_line(found) for found in findings],
    )
    return 1 if wrong else 0


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
