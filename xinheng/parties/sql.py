"""The statements that record whole files of customers and groups.

A field the file did not carry keeps its value: `{field}` then stands for the stored column.
"""

from collections.abc import Collection

FIELDS = {
    "name": "name",
    "name_pinyin": "name",
    "credit_code": "credit_code",
    "industry": "industry",
    "region": "region",
    "size": "size",
    "group_id": "group_code",
    "owner_id": "owner",
    "department_id": "department",
    "since": "since",
    "registered_capital_minor": "registered_capital",
    "currency": "currency",
}
CONTACT_FIELDS = {"name": "contact_name", "phone": "contact_phone", "email": "contact_email"}

INSERT_CUSTOMERS = f"""
INSERT INTO parties_customer (code, {", ".join(FIELDS)}, batch_id, changed_xid)
SELECT s.code, {", ".join(f"s.{field}" for field in FIELDS)}, %(batch)s, pg_current_xact_id()
  FROM {{relation}} s
 WHERE NOT EXISTS (SELECT FROM parties_customer c WHERE c.code = s.code)
 ORDER BY s.row"""

INSERT_CONTACTS = """
INSERT INTO parties_contact (customer_id, name, phone, email, is_primary)
SELECT c.id, s.contact_name, s.contact_phone, s.contact_email, true
  FROM {relation} s JOIN parties_customer c ON c.code = s.code
 WHERE s.contact_name || s.contact_phone || s.contact_email <> ''
   AND NOT EXISTS (SELECT FROM parties_contact p WHERE p.customer_id = c.id AND p.is_primary)"""


def changed_customers(present: Collection[str]) -> str:
    """Return the query of customers that differ: code, before, after as JSON of those fields.

    The phone and address of a person are compared and stored, and never copied to the journal.
    """
    pairs = [
        f"('{field}', to_jsonb(c.{field}), to_jsonb(s.{field}))"
        for field, column in FIELDS.items()
        if column in present and field != "name_pinyin"
    ]
    pairs += [
        f"('contact_{field}', {_masked(f'p.{field}', f's.{column}')})"
        for field, column in CONTACT_FIELDS.items()
        if column in present
    ]
    return f"""
    SELECT c.code, jsonb_object_agg(d.field, d.before), jsonb_object_agg(d.field, d.after)
      FROM {{relation}} s
      JOIN parties_customer c ON c.code = s.code
      LEFT JOIN parties_contact p ON p.customer_id = c.id AND p.is_primary
     CROSS JOIN LATERAL (VALUES {", ".join(pairs)}) d(field, before, after)
     WHERE d.before IS DISTINCT FROM d.after
     GROUP BY c.code ORDER BY c.code"""


def _masked(stored: str, staged: str) -> str:
    """Return before and after of a contact's field: that it changed, not what it holds."""
    differs = f"coalesce({stored}, '') <> {staged}"
    return (
        f"to_jsonb(CASE WHEN coalesce({stored}, '') = '' THEN '' ELSE '***' END), "
        f"to_jsonb(CASE WHEN {differs} THEN CASE WHEN {staged} = '' THEN 'removed' ELSE "
        f"'changed' END WHEN coalesce({stored}, '') = '' THEN '' ELSE '***' END)"
    )


def update_customers(present: Collection[str]) -> str:
    """Return the statement that changes the customers that differ."""
    fields = [field for field, column in FIELDS.items() if column in present]
    return f"""
    UPDATE parties_customer c
       SET {", ".join(f"{field} = s.{field}" for field in fields)},
           batch_id = %(batch)s, changed_xid = pg_current_xact_id()
      FROM {{relation}} s
     WHERE c.code = s.code
       AND ({", ".join(f"c.{field}" for field in fields)})
           IS DISTINCT FROM ({", ".join(f"s.{field}" for field in fields)})"""


def update_contacts(present: Collection[str]) -> str | None:
    """Return the statement that changes the primary contacts that differ; None without any."""
    fields = {f: column for f, column in CONTACT_FIELDS.items() if column in present}
    if not fields:
        return None
    return f"""
    UPDATE parties_contact p
       SET {", ".join(f"{field} = s.{column}" for field, column in fields.items())}
      FROM {{relation}} s JOIN parties_customer c ON c.code = s.code
     WHERE p.customer_id = c.id AND p.is_primary
       AND ({", ".join(f"p.{field}" for field in fields)})
           IS DISTINCT FROM ({", ".join(f"s.{column}" for column in fields.values())})"""


def changed_groups(present: Collection[str]) -> str:
    """Return the query of groups that differ: code, before, after as JSON."""
    pairs = ["('name', to_jsonb(g.name), to_jsonb(s.name))"]
    if "parent_code" in present:
        pairs.append(
            "('parent_code', to_jsonb(coalesce(p.code, '')), to_jsonb(s.parent_code::text))"
        )
    return f"""
    SELECT g.code, jsonb_object_agg(d.field, d.before), jsonb_object_agg(d.field, d.after)
      FROM {{relation}} s
      JOIN parties_group g ON g.code = s.code
      LEFT JOIN parties_group p ON p.id = g.parent_id
     CROSS JOIN LATERAL (VALUES {", ".join(pairs)}) d(field, before, after)
     WHERE d.before IS DISTINCT FROM d.after
     GROUP BY g.code ORDER BY g.code"""


# Parents are set afterwards, since a parent may stand below its child in the file.
INSERT_GROUPS = """
INSERT INTO parties_group (code, name, batch_id, changed_xid)
SELECT s.code, s.name, %(batch)s, pg_current_xact_id()
  FROM {relation} s
 WHERE NOT EXISTS (SELECT FROM parties_group g WHERE g.code = s.code)
 ORDER BY s.row"""

RENAME_GROUPS = """
UPDATE parties_group g
   SET name = s.name, batch_id = %(batch)s, changed_xid = pg_current_xact_id()
  FROM {relation} s WHERE g.code = s.code AND g.name <> s.name"""

PLACE_GROUPS = """
UPDATE parties_group g
   SET parent_id = p.id, batch_id = %(batch)s, changed_xid = pg_current_xact_id()
  FROM {relation} s LEFT JOIN parties_group p ON p.code = s.parent_code AND s.parent_code <> ''
 WHERE g.code = s.code AND g.parent_id IS DISTINCT FROM p.id"""
