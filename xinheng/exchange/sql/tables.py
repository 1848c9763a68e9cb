"""The temporary tables of one import. They belong to the session and take no lock on the books."""

from xinheng.exchange.kinds.columns import Kind

DROP = "DROP TABLE IF EXISTS import_rows, import_faults, import_repeats, import_chunks"


def create_rows(kind: Kind) -> str:
    """Return the statement that makes the staging table of a kind, one row per file row."""
    columns = ", ".join(f'"{column.staged}" {column.sql_type}' for column in kind.staged_columns)
    return f"CREATE TEMP TABLE import_rows (row integer NOT NULL, {columns}, faults text)"


def copy_rows(kind: Kind) -> str:
    """Return the COPY statement whose lines the reading child makes."""
    columns = ", ".join(f'"{column.staged}"' for column in kind.staged_columns)
    return f"COPY import_rows (row, {columns}, faults) FROM STDIN"


CREATE_FAULTS = """
CREATE TEMP TABLE import_faults (
    row integer NOT NULL, "column" text NOT NULL, code text NOT NULL, params jsonb NOT NULL
)"""

CREATE_REPEATS = "CREATE TEMP TABLE import_repeats (row integer PRIMARY KEY)"

UNFOLD_FAULTS = """
INSERT INTO import_faults
SELECT r.row, f ->> 0, f ->> 1, f -> 2
  FROM import_rows r, jsonb_array_elements(r.faults::jsonb) f
 WHERE r.faults IS NOT NULL"""


def find_repeats(kind: Kind) -> str:
    """Return the statement that leaves one of several identical rows.

    A repeated key is rare, so only its rows are compared as a whole.
    """
    return f"""
    {_repeated(kind)}
    INSERT INTO import_repeats
    SELECT row FROM (
        SELECT row, row_number() OVER (PARTITION BY {_key(kind)}, content ORDER BY row) AS nth
          FROM compared
    ) ranked WHERE nth > 1"""


def find_differing(kind: Kind) -> str:
    """Return the statement that refuses every row whose key also stands before other content.

    params: key_label (how the sentence names the key)
    """
    return f"""
    {_repeated(kind)},
    contents AS (
        SELECT {_key(kind)}, content, min(row) AS row FROM compared GROUP BY {_key(kind)}, content
    ),
    two AS (
        SELECT {_key(kind)}, (array_agg(row ORDER BY row))[1:2] AS rows
          FROM contents GROUP BY {_key(kind)} HAVING count(*) > 1
    )
    INSERT INTO import_faults
    SELECT c.row, '{kind.key[-1]}', 'duplicate-differs',
           jsonb_build_object('key', %(key_label)s::text, 'other',
               CASE WHEN f.row = t.rows[1] THEN t.rows[2] ELSE t.rows[1] END)
      FROM compared c
      JOIN two t USING ({_key(kind)})
      JOIN contents f USING ({_key(kind)}, content)"""


def _key(kind: Kind) -> str:
    return ", ".join(f'"{kind.column(name).staged}"' for name in kind.key)


def _repeated(kind: Kind) -> str:
    """Return the WITH clause: rows of repeated keys with their whole content."""
    # A part of a key that may be left out is the same when it is left out twice.
    given = " AND ".join(
        f"\"{name}\" <> ''"
        for name in kind.key
        if kind.column(name).required and not kind.column(name).is_nullable
    )
    compared = [column.staged for column in kind.columns if not column.sealed]
    if len(compared) < len(kind.columns):
        compared.append("sealed_digest")
    # Of a sealed custom value, the reference tells equal texts of one record apart from others.
    referring = {column.staged for column in kind.columns if column.is_guarded}
    content = ", ".join(
        f'r."{name}"' + (" ->> 'sealed'" if name in referring else "") for name in compared
    )
    return f"""
    WITH repeated AS (
        SELECT {_key(kind)} FROM import_rows WHERE {given or "true"}
         GROUP BY {_key(kind)} HAVING count(*) > 1
    ),
    compared AS (
        SELECT r.row, {", ".join(f'r."{kind.column(name).staged}"' for name in kind.key)},
               md5(ROW({content}, r.faults)::text) AS content
          FROM import_rows r JOIN repeated USING ({_key(kind)})
    )"""


CREATE_CHUNKS = "CREATE TEMP TABLE import_chunks (row integer PRIMARY KEY, chunk integer NOT NULL)"


def fill_chunks(order: str) -> str:
    """Return the statement that deals accepted rows into chunks; equal `order` stays together.

    params: size
    """
    return f"""
    INSERT INTO import_chunks
    SELECT row, (rank() OVER (ORDER BY {order}) - 1) / %(size)s FROM import_rows r
     WHERE {ACCEPTED}"""


ACCEPTED = """NOT EXISTS (SELECT FROM import_faults f WHERE f.row = r.row)
       AND NOT EXISTS (SELECT FROM import_repeats x WHERE x.row = r.row)"""
