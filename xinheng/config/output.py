"""What a command says: lines for a person, or one JSON object for a program."""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any


def emit(args: argparse.Namespace, found: dict[str, Any], lines: Iterable[str]) -> None:
    """Print the result: with --json exactly one object, else the lines."""
    if args.json:
        print(json.dumps(found, ensure_ascii=False, default=str), flush=True)
    else:
        for line in lines:
            print(line, flush=True)


def say(text: str) -> None:
    """Print progress beside the result, on stderr."""
    print(text, file=sys.stderr, flush=True)


def refuse(args: argparse.Namespace, refusal: Any) -> None:
    """Print a refusal: code and both sentences with --json, else one sentence in the language."""
    from xinheng.kernel.refusals import say as sentence

    if args.json:
        found = {"zh": sentence(refusal, "zh"), "en": sentence(refusal, "en")}
        print(json.dumps({"error": refusal.code, **found}, ensure_ascii=False), flush=True)
    say(f"[{refusal.code}] {sentence(refusal, language())}")


def language() -> str:
    """Return zh unless XINHENG_LANG says otherwise."""
    import os

    return "en" if os.environ.get("XINHENG_LANG", "zh").lower().startswith("en") else "zh"
