"""Django's own management commands, for developers: `python -m xinheng.config.manage …`.

Those that change tables work as the owner. The embedded database is started when it is needed
and nobody did.
"""

import contextlib
import os
import sys

OWNER = {"migrate", "sqlmigrate", "makemigrations", "showmigrations"}
NO_DATABASE = {"collectstatic", "makemessages", "compilemessages", "help", "check", "--help"}


def main() -> None:
    """Run one management command with our settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    name = sys.argv[1] if len(sys.argv) > 1 else "help"
    if name in OWNER:
        os.environ.setdefault("XINHENG_DB_ROLE", "owner")
    from django.core.management import execute_from_command_line

    from xinheng.hosting import address, home, users
    from xinheng.hosting.cluster import Cluster

    with contextlib.ExitStack() as stack:
        if name not in NO_DATABASE and address.is_embedded():
            stack.enter_context(users.using(Cluster(home.of_environment())))
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
