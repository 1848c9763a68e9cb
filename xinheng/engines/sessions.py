"""Where engines enter the books with sessions of their own: as Django does, outside its own."""

from django.db import connections
from psycopg.conninfo import make_conninfo


def address(application: str, database: str = "default") -> str:
    """Return the libpq address of the books, under the name that the server shows for us."""
    settings = connections[database].settings_dict
    more = {name: text for name, text in settings["OPTIONS"].items() if isinstance(text, str)}
    return make_conninfo(
        **more,
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"],
        application_name=application,
    )
