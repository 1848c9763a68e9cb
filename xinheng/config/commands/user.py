"""Make users, and one-time sign-in links for them."""

import argparse

NAME = "user"
HELP = "make users and one-time sign-in links"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `create` and `link`."""
    inner = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    create = inner.add_parser("create", help="make a user and print a sign-in link")
    create.add_argument("name")
    create.add_argument("--role", action="append", required=True, metavar="R", dest="roles")
    create.add_argument("--department", default="", metavar="D", help="made when it is missing")
    create.add_argument("--email", default="", help="where notices are sent to")
    create.add_argument("--scope", choices=["own", "department", "all"])
    link = inner.add_parser("link", help="print a sign-in link that works once, for 24 hours")
    link.add_argument("name")
    for child in (create, link):
        child.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Make what was asked for, and print the link that lets the person in."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.access import operations
    from xinheng.config import environment, output

    by = access.system("cli")
    found = {"user": args.name}
    if args.verb == "create":
        if args.department:
            operations.create_department(by=by, code=args.department)
        scope = args.scope or ("department" if args.department else "own")
        user = operations.create_user(
            by=by, username=args.name, roles=args.roles, department=args.department, scope=scope,
            email=args.email,
        )  # fmt: skip
        found |= {"roles": list(user.roles), "scope": user.scope, "department": args.department}
    secret = operations.make_link(by=by, username=args.name, at=timezone.now())
    found["url"] = environment.link_url(secret)
    output.emit(
        args, found, [f"用户 {args.name} 的一次性登录链接（24 小时内有效）：", found["url"]]
    )
    return 0
