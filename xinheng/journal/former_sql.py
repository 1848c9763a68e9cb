"""Rows as they were before a batch: keep them, tell who leans on them, put them back.

`{table}` is a table of another room with a column batch_id; `{key}` its primary key, of type
`{type}`; `{label}` what a person calls a row `t`.
"""

KEEP = """
INSERT INTO journal_former (batch_id, "table", row, former_batch, was)
SELECT %(batch)s, %(table)s, k.row, k.former, k.was FROM ({query}) k(row, former, was)
ON CONFLICT DO NOTHING
"""

# Rows that a later batch changed, and rows that something else than a batch did.
LATER = """
SELECT {label}, 'batch'
FROM journal_former f JOIN {table} t ON t.{key} = f.row::{type}
WHERE f.former_batch = %(batch)s AND f.batch_id <> %(batch)s AND f."table" = %(table)s
  AND NOT f.is_removed
"""
CHANGED = """
UNION
SELECT {label}, 'hand'
FROM {table} t
WHERE t.batch_id = %(batch)s AND t.changed_xid NOT IN (
    SELECT e.xid8 FROM journal_event e WHERE e.object = 'batch:' || %(batch)s)
"""

_IS_NEW = """
    t.batch_id = %(batch)s AND NOT EXISTS (
        SELECT FROM journal_former f
        WHERE f.batch_id = %(batch)s AND f."table" = %(table)s AND f.row = t.{key}::text)
"""

KEEP_REMOVED = f"""
INSERT INTO journal_former (batch_id, "table", row, former_batch, is_removed, was)
SELECT %(undo)s, %(table)s, t.{{key}}::text, %(batch)s, true, to_jsonb(t)
FROM {{table}} t WHERE {_IS_NEW}
"""
REMOVE = f"DELETE FROM {{table}} t WHERE {_IS_NEW}"

COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  AND attname NOT IN (%(key)s, 'changed_xid')
"""

RETURNING = """
SELECT {label}, jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, f.was -> o.key)
FROM journal_former f
JOIN {table} t ON t.{key} = f.row::{type}
CROSS JOIN LATERAL jsonb_each(to_jsonb(t)) o(key, value)
WHERE f.batch_id = %(batch)s AND f."table" = %(table)s AND NOT f.is_removed
  AND o.key NOT IN ('changed_xid', 'batch_id') AND f.was ? o.key AND o.value <> f.was -> o.key
GROUP BY t.{key}, {label} ORDER BY 1
"""

# A column that the image does not know keeps its value.
RESTORE = """
UPDATE {table} t
SET ({columns}) = (SELECT {values} FROM jsonb_populate_record(t, f.was) x) {touch}
FROM journal_former f
WHERE f.batch_id = %(batch)s AND f."table" = %(table)s AND NOT f.is_removed
  AND t.{key} = f.row::{type}
"""

# Batches of rows that nothing but the batches themselves has written, and that an act moves along.
OWN_BATCHES = """
SELECT t.batch_id::text FROM {table} t
WHERE t.id = ANY(%(ids)s) AND t.batch_id IS NOT NULL
GROUP BY t.batch_id
HAVING bool_and(t.changed_xid IN (
    SELECT e.xid8 FROM journal_event e WHERE e.object = 'batch:' || t.batch_id))
ORDER BY 1
"""
CHANGED_SINCE = """
SELECT DISTINCT t.batch_id::text FROM {table} t
WHERE t.id = ANY(%(ids)s) AND t.batch_id IS NOT NULL AND t.changed_xid <> %(xid)s::xid8
"""

BATCHES = """
SELECT DISTINCT former_batch::text FROM journal_former
WHERE batch_id = %(batch)s AND former_batch IS NOT NULL AND NOT is_removed ORDER BY 1
"""
FORGET = """
DELETE FROM journal_former WHERE batch_id = %(batch)s AND NOT is_removed
"""
