"""What the working login may do to each table: read and add, and nothing that is not said here.

A table that is missing here gives the working login no right at all, and a test that compares
this list with pg_class fails. The auditor's login reads every table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql


@dataclass(frozen=True)
class Rights:
    """Rights of the working login on one table; `columns` may be updated even without `change`."""

    add: bool = True
    change: bool = False
    remove: bool = False
    columns: tuple[str, ...] = ()


READ = Rights(add=False)
ADD = Rights()
CHANGE = Rights(change=True)
ALL = Rights(change=True, remove=True)

TABLES: dict[str, Rights] = {
    # Frameworks.
    "django_migrations": READ,
    "django_content_type": READ,
    "auth_group": READ,
    "auth_permission": READ,
    "auth_group_permissions": READ,
    "django_session": ALL,
    "account_emailaddress": ALL,
    "account_emailconfirmation": ALL,
    "axes_accessattempt": ALL,
    "axes_accessattemptexpiration": ALL,
    "axes_accessfailurelog": ALL,
    "axes_accesslog": ALL,
    "procrastinate_jobs": ALL,
    "procrastinate_events": ALL,
    "procrastinate_periodic_defers": ALL,
    "procrastinate_workers": ALL,
    # The journal: an event stays for good; its payload is the one thing that may be erased.
    "journal_event": ADD,
    "journal_payload": Rights(remove=True),
    # An image changes in one way only: custom values in it are sealed or opened as their class is.
    "journal_former": Rights(remove=True, columns=("was",)),
    # People.
    "access_department": CHANGE,
    "access_user": CHANGE,
    "access_user_groups": READ,
    "access_user_user_permissions": READ,
    "access_onetimelink": ALL,
    "access_token": CHANGE,
    "access_reveal": ADD,
    "api_answer": Rights(change=True, remove=True),
    # Configuration and what the world decides.
    "definitions_definition": CHANGE,
    "definitions_version": CHANGE,
    "fields_sealed": ALL,
    "reference_holiday": ALL,
    "reference_rate": ALL,
    "reference_industry": ALL,
    "reference_region": ALL,
    "messaging_outgoing": CHANGE,
    "messaging_notification": ALL,
    "messaging_subscription": ALL,
    "messaging_delivery": ALL,
    # Parties.
    "parties_group": ALL,
    "parties_customer": ALL,
    "parties_contact": ALL,
    "parties_bankaccount": ALL,
    # The ledger: entries are added, counters and ladder are moved by its trigger alone.
    "exposure_segment": CHANGE,
    "exposure_account": Rights(
        columns=(
            "mode",
            "limit_minor",
            "in_group",
            "merged_into_id",
            "halted_at",
            "halt_reason",
            "parent_id",
            "ancestors",
            "currency",
            "changed_xid",
        )
    ),
    "exposure_entry": ADD,
    "exposure_rung": READ,
    "exposure_pending": READ,
    "exposure_standing": CHANGE,
    # Facts.
    "receivables_invoice": ALL,
    "receivables_invoiceline": ALL,
    "receivables_receipt": ALL,
    "receivables_allocation": ALL,
    "receivables_dispute": ALL,
    "evidence_statement": ALL,
    "evidence_event": ALL,
    "evidence_bureaureport": ALL,
    "evidence_questionnaire": ALL,
    "evidence_answer": ALL,
    "evidence_taxinvoice": ALL,
    "evidence_interaction": ALL,
    # Whose facts changed: noted by triggers, forgotten after a month.
    "engines_touched": Rights(remove=True),
    # Results: recorded, never changed.
    "scoring_assessment": ADD,
    "limits_proposal": ADD,
    "limits_latest": ALL,
    "limits_grant": ALL,
    "limits_inforce": ALL,
    # Orders; decisions are added, never changed.
    "orders_order": CHANGE,
    "orders_orderline": ALL,
    "orders_shipment": CHANGE,
    "orders_decision": ADD,
    "orders_hold": CHANGE,
    "orders_release": CHANGE,
    "monitoring_alert": CHANGE,
    "monitoring_alertstep": ADD,
    "monitoring_portfolio": CHANGE,
    "monitoring_preference": CHANGE,
    "reviews_review": CHANGE,
    "exchange_batch": CHANGE,
    # Duplicates and merges.
    "masterdata_search": CHANGE,
    "masterdata_candidate": ALL,
    "masterdata_merge": CHANGE,
    "masterdata_part": ADD,
}


def apply(cursor: Any, *, app: str, auditor: str | None) -> None:
    """Give the two logins exactly their rights on every table of the public schema.

    cursor: of the owner's connection, inside the migration's transaction
    app, auditor: names of logins; without an auditor's login only the working one is served
    """
    for statement in statements(_tables(cursor), app=app, auditor=auditor):
        cursor.execute(statement.as_string(None))


def statements(tables: list[str], *, app: str, auditor: str | None) -> Iterator[sql.Composed]:
    """Yield the GRANTs and REVOKEs: first everything is taken, then what is declared is given."""
    for login in filter(None, (app, auditor)):
        who = sql.Identifier(login)
        yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(who)
        yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(who)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC").format()
    who = sql.Identifier(app)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(who)
    for table in tables:
        if table in TABLES:
            yield _grant(table, TABLES[table], app)
        if auditor:
            template = sql.SQL("GRANT SELECT ON {} TO {}")
            yield template.format(sql.Identifier("public", table), sql.Identifier(auditor))


def _grant(table: str, rights: Rights, login: str) -> sql.Composed:
    words = [sql.SQL("SELECT")]
    words += [sql.SQL("INSERT")] * rights.add
    words += [sql.SQL("UPDATE")] * rights.change
    words += [sql.SQL("DELETE")] * rights.remove
    parts: list[sql.Composable] = list(words)
    if rights.columns:
        names = sql.SQL(", ").join(map(sql.Identifier, rights.columns))
        parts.append(sql.SQL("UPDATE ({})").format(names))
    return sql.SQL("GRANT {} ON {} TO {}").format(
        sql.SQL(", ").join(parts), sql.Identifier("public", table), sql.Identifier(login)
    )


def _tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname"
    )
    return [row[0] for row in cursor.fetchall()]
