"""Make API tokens, shown once, and revoke them."""

import argparse
from datetime import datetime, timedelta

NAME = "token"
HELP = "make and revoke API tokens"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `create` and `revoke`."""
    inner = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    create = inner.add_parser("create", help="print a new token; it cannot be shown again")
    create.add_argument("--user", required=True, help="made as a service user when missing")
    create.add_argument(
        "--scope", action="append", nargs="+", required=True, metavar="S", dest="scopes"
    )
    create.add_argument(
        "--expires",
        metavar="D",
        type=_instant,
        help="a day, whose end counts, or an ISO 8601 instant",
    )
    revoke = inner.add_parser("revoke", help="stop a token at its next request")
    revoke.add_argument("id", type=int)
    for child in (create, revoke):
        child.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Make or revoke, and print the token once."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.access import operations
    from xinheng.config import output

    by, now = access.system("cli"), timezone.now()
    if args.verb == "revoke":
        operations.revoke_token(by=by, token_id=args.id, at=now)
        output.emit(args, {"id": args.id, "revoked": True}, [f"令牌 {args.id} 已撤销"])
        return 0
    expires_at = args.expires
    if expires_at is not None and expires_at.tzinfo is None:
        expires_at = timezone.make_aware(expires_at)
    scopes = [scope for group in args.scopes for scope in group]
    token, secret = operations.create_token(
        by=by, username=args.user, scopes=scopes, expires_at=expires_at, at=now
    )
    output.emit(
        args,
        {
            "id": token.pk,
            "user": args.user,
            "scopes": list(token.scopes),
            "expires_at": token.expires_at.isoformat() if token.expires_at else None,
            "token": secret,
        },
        [f"令牌 {token.pk}（只显示这一次）：", secret],
    )
    return 0


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found + timedelta(days=1) if len(text) <= len("2026-12-31") else found
