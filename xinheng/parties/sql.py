"""The statements that record whole files of customers and groups.

A field the file did not carry keeps its value: `{field}` then stands for the stored column.
"""

from collections.abc import Collection, Sequence

from xinheng.fields.schema import Field
from xinheng.fields.secrecy import is_guarded

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
INSERT INTO parties_customer (code, {", ".join(FIELDS)}, custom, batch_id, changed_xid)
SELECT s.code, {", ".join(f"s.{field}" for field in FIELDS)}, s.custom, %(batch)s,
       pg_current_xact_id()
  FROM {{relation}} s
 WHERE NOT EXISTS (SELECT FROM parties_customer c WHERE c.code = s.code)
 ORDER BY s.row"""

CONTACT_COLUMNS = ("name", "phone", "phone_index", "email", "email_index")
INSERT_CONTACTS = f"""
INSERT INTO parties_contact (uuid, customer_id, {", ".join(CONTACT_COLUMNS)}, title, role,
                             is_primary)
SELECT s.contact_row, c.id, {", ".join(f"s.contact_{name}" for name in CONTACT_COLUMNS)},
       '', 'general', true
  FROM {{relation}} s JOIN parties_customer c ON c.code = s.code
 WHERE s.contact_row IS NOT NULL
   AND NOT EXISTS (SELECT FROM parties_contact p
                    WHERE p.customer_id = c.id AND p.is_primary AND p.removed_at IS NULL)"""

# Customers that are there already, with their primary contact if there is one.
KNOWN_CONTACTS = """
SELECT s.row, p.id, p.uuid, s.contact_row, p.name, p.phone, p.email,
       s.contact_name, s.contact_phone, s.contact_email
  FROM {relation} s
  JOIN parties_customer c ON c.code = s.code
  LEFT JOIN parties_contact p
         ON p.customer_id = c.id AND p.is_primary AND p.removed_at IS NULL
 WHERE p.id IS NOT NULL OR s.contact_row IS NOT NULL
 ORDER BY s.row"""
_CHANGED = ", ".join(CONTACT_COLUMNS)
CREATE_CONTACT_CHANGES = f"""
CREATE TEMP TABLE staged_contacts ON COMMIT DROP AS
SELECT 0 AS row, id AS contact_id, {_CHANGED}, '{{}}'::jsonb AS before,
       '{{}}'::jsonb AS after
  FROM parties_contact WITH NO DATA"""
COPY_CONTACT_CHANGES = (
    f"COPY staged_contacts (row, contact_id, {_CHANGED}, before, after) FROM STDIN"
)
FORGET_CONTACT_CHANGES = "DROP TABLE staged_contacts"
UPDATE_CONTACTS = f"""
UPDATE parties_contact p
   SET {", ".join(f"{name} = coalesce(x.{name}, p.{name})" for name in CONTACT_COLUMNS)}
  FROM staged_contacts x WHERE x.contact_id = p.id"""


def new_customers(custom: Sequence[Field] = ()) -> str:
    """Return the query of customers that are not there yet: code, nothing, their fields as JSON.

    custom: the custom fields that the file carries; of guarded ones only that there is a value
    """
    guarded = ", ".join(f"'{field.name}'" for field in custom if is_guarded(field))
    told = f"""(SELECT jsonb_object_agg(v.key, CASE WHEN v.key = ANY (ARRAY[{guarded}]::text[])
                    THEN to_jsonb('***'::text) ELSE v.value END) FROM jsonb_each(s.custom) v)"""
    pairs = ", ".join(f"'{field}', s.{field}" for field in FIELDS if field != "name_pinyin")
    return f"""
    SELECT s.code, NULL, jsonb_strip_nulls(jsonb_build_object({pairs}, 'custom', {told}))
      FROM {{relation}} s
     WHERE NOT EXISTS (SELECT FROM parties_customer c WHERE c.code = s.code)
     ORDER BY s.code"""


def changed_customers(present: Collection[str], custom: Sequence[Field] = ()) -> str:
    """Return the query of customers that differ: code, before, after as JSON of those fields.

    custom: the custom fields that the file carries
    The phone and address of a person are compared and stored, and never copied to the journal;
    nor is the value of a sensitive or confidential field.
    """
    pairs = [
        f"('{field}', to_jsonb(c.{field}), to_jsonb(s.{field}))"
        for field, column in FIELDS.items()
        if column in present and field != "name_pinyin"
    ]
    pairs += [_custom_pair(field) for field in custom]
    return f"""
    WITH found AS (
        SELECT s.row, jsonb_object_agg(d.field, d.before) AS before,
               jsonb_object_agg(d.field, d.after) AS after
          FROM {{relation}} s
          JOIN parties_customer c ON c.code = s.code
         CROSS JOIN LATERAL (VALUES {", ".join(pairs)}) d(field, before, after)
         WHERE d.before IS DISTINCT FROM d.after
         GROUP BY s.row
    )
    SELECT s.code, coalesce(f.before, '{{{{}}}}') || coalesce(x.before, '{{{{}}}}'),
           coalesce(f.after, '{{{{}}}}') || coalesce(x.after, '{{{{}}}}')
      FROM found f FULL JOIN staged_contacts x ON x.row = f.row
      JOIN {{relation}} s ON s.row = coalesce(f.row, x.row)
     ORDER BY s.code"""


def _custom_pair(field: Field) -> str:
    """Return name, before and after of a custom field; only that it changed, if guarded."""
    stored, staged = f"c.custom -> '{field.name}'", f"s.custom -> '{field.name}'"
    if is_guarded(field):
        changed = f"{stored} IS DISTINCT FROM {staged}"
        staged = f"to_jsonb(CASE WHEN {changed} THEN 'changed' ELSE '***' END)"
        stored = "to_jsonb('***'::text)"
    return f"('custom.{field.name}', {stored}, {staged})"


def _custom_values(custom: Sequence[Field]) -> str:
    """Return the custom values of a customer once those the file carries are taken over."""
    names = ", ".join(f"'{field.name}'" for field in custom)
    return f"(c.custom - ARRAY[{names}]::text[]) || s.custom"


def update_customers(present: Collection[str], custom: Sequence[Field] = ()) -> str:
    """Return the statement that changes the customers that differ."""
    sets = [f"{field} = s.{field}" for field, column in FIELDS.items() if column in present]
    if custom:
        sets.append(f"custom = {_custom_values(custom)}")
    return f"""
    UPDATE parties_customer c
       SET {", ".join(sets)},
           batch_id = %(batch)s, changed_xid = pg_current_xact_id()
      FROM {{relation}} s
     WHERE {_differs(present, custom)}"""


def changing_customers(present: Collection[str], custom: Sequence[Field] = ()) -> str:
    """Return the query of stored customers that `update_customers` would change, whole."""
    return f"""
    SELECT c.* FROM {{relation}} s JOIN parties_customer c ON {_differs(present, custom)}"""


def _differs(present: Collection[str], custom: Sequence[Field]) -> str:
    fields = [field for field, column in FIELDS.items() if column in present]
    stored, staged = "", ""
    if custom:
        stored, staged = ", c.custom", f", {_custom_values(custom)}"
    return f"""
       c.code = s.code
       AND ({", ".join(f"c.{field}" for field in fields)}{stored})
           IS DISTINCT FROM ({", ".join(f"s.{field}" for field in fields)}{staged})"""


def changing_groups(present: Collection[str]) -> str:
    """Return the query of stored groups that a file would rename or place anew."""
    moved = " OR coalesce(p.code, '') <> s.parent_code" if "parent_code" in present else ""
    return f"""
    SELECT g.* FROM {{relation}} s JOIN parties_group g ON g.code = s.code
      LEFT JOIN parties_group p ON p.id = g.parent_id
     WHERE g.name <> s.name{moved}"""


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
