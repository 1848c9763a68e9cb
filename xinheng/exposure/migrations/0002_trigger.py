"""The one thing that moves counters and ladder: a statement trigger on inserting entries.

It runs with its owner's rights, so the working login needs, and has, no right to either.
"""

from django.db import migrations

APPLY = """
CREATE FUNCTION exposure_apply() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- A session keeps the plans of its first call, be it one entry or 200,000: index look-ups serve both.
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    over record;
BEGIN
    -- Every account that moves, in id order: two acts can wait for each other, never deadlock.
    -- NO KEY, because rows that merely point at an account must not wait.
    PERFORM 1
    FROM exposure_account a
    WHERE a.id IN (
        SELECT unnest(l.id || l.ancestors)
        FROM exposure_account l
        WHERE l.id IN (SELECT account_id FROM added)
    )
    ORDER BY a.id
    FOR NO KEY UPDATE;

    -- An account whose customer was merged is closed: only what empties or refills it may enter.
    IF EXISTS (
        SELECT FROM added e
        WHERE NOT EXISTS (
            SELECT FROM exposure_account a
            WHERE a.id = e.account_id AND (a.merged_into_id IS NULL OR e.kind = 'MOVE')
        )
    ) THEN
        RAISE EXCEPTION 'an entry needs an account that is open' USING ERRCODE = 'foreign_key_violation';
    END IF;

    WITH leaf AS (
        SELECT account_id,
               sum(reserved_minor)::bigint AS reserved,
               sum(delivered_minor)::bigint AS delivered,
               sum(receivable_minor)::bigint AS receivable,
               sum(bills_minor)::bigint AS bills,
               sum(deposits_minor)::bigint AS deposits,
               -- The least of all excesses, so that one reservation never lends its own to another.
               min(excess_minor) FILTER (WHERE kind = 'RESERVE' AND authority <> 'carried')
                   AS excess,
               -- What puts back an earlier decision is not asked, nor an act that adds nothing.
               bool_or(kind = 'RESERVE' AND authority <> 'carried')
                   AND sum(reserved_minor + delivered_minor + receivable_minor + bills_minor
                           - deposits_minor) > 0 AS guarded
        FROM added
        GROUP BY account_id
    ), node AS (
        SELECT n.id,
               sum(reserved)::bigint AS reserved,
               sum(delivered)::bigint AS delivered,
               sum(receivable)::bigint AS receivable,
               sum(bills)::bigint AS bills,
               sum(deposits)::bigint AS deposits,
               min(excess) AS excess,
               bool_or(guarded) AS guarded,
               sum(reserved + delivered + receivable + bills - deposits)::bigint AS net
        FROM leaf
        JOIN exposure_account l ON l.id = leaf.account_id
        CROSS JOIN LATERAL unnest(l.id || l.ancestors) AS n(id)
        GROUP BY n.id
    ), moved AS (
        UPDATE exposure_account a
        SET reserved_minor = a.reserved_minor + n.reserved,
            delivered_minor = a.delivered_minor + n.delivered,
            receivable_minor = a.receivable_minor + n.receivable,
            bills_minor = a.bills_minor + n.bills,
            deposits_minor = a.deposits_minor + n.deposits,
            changed_xid = pg_current_xact_id()
        FROM node n
        WHERE a.id = n.id
        RETURNING a.id, a.mode, a.currency, n.guarded, n.net, n.excess,
                  a.halted_at IS NOT NULL AS halted,
                  CASE a.mode WHEN 'none' THEN 0 ELSE a.limit_minor END AS ceiling,
                  a.reserved_minor + a.delivered_minor + a.receivable_minor + a.bills_minor
                      - a.deposits_minor AS used
    )
    -- Only what reserves is asked; what already happened is recorded, over the limit or not.
    SELECT * INTO over
    FROM moved
    WHERE guarded AND (halted OR net > 0 AND mode <> 'unlimited' AND used > ceiling + excess)
    ORDER BY id
    LIMIT 1;
    IF FOUND AND over.halted THEN
        RAISE EXCEPTION 'account % is halted', over.id
            USING ERRCODE = 'XH002', DETAIL = json_build_object('account', over.id)::text;
    ELSIF FOUND THEN
        RAISE EXCEPTION 'the limit of account % does not cover this', over.id
            USING ERRCODE = 'XH001', DETAIL = json_build_object(
                'account', over.id, 'mode', over.mode, 'currency', over.currency,
                'limit', over.ceiling, 'used', over.used - over.net, 'asked', over.net
            )::text;
    END IF;

    INSERT INTO exposure_rung (account_id, counter, day, open_minor)
    SELECT e.account_id, c.counter, c.day, sum(c.minor)
    FROM added e
    JOIN exposure_account a ON a.id = e.account_id AND a.customer_id IS NOT NULL
    CROSS JOIN LATERAL (
        VALUES ('reserved', e.ship_date, e.reserved_minor),
               ('delivered', e.ship_date, e.delivered_minor),
               ('receivable', e.due_date, e.receivable_minor),
               ('bills', e.due_date, e.bills_minor),
               ('deposits', NULL, e.deposits_minor)
    ) AS c(counter, day, minor)
    WHERE c.minor <> 0
    GROUP BY e.account_id, c.counter, c.day
    HAVING sum(c.minor) <> 0
    ORDER BY e.account_id, c.counter, c.day
    ON CONFLICT (account_id, counter, day)
    DO UPDATE SET open_minor = exposure_rung.open_minor + excluded.open_minor;

    -- A reservation is pending until something resolves it, whole, as revaluations left it.
    UPDATE exposure_pending p SET reserved_minor = p.reserved_minor + e.reserved_minor
    FROM added e WHERE p.entry_id = e.revalues_id;
    WITH resolved AS (
        DELETE FROM exposure_pending p USING added e WHERE p.entry_id = e.resolves_id
        RETURNING e.resolves_id, p.reserved_minor + e.reserved_minor AS rest
    )
    SELECT resolves_id INTO over FROM resolved WHERE rest <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'reservation % was revalued meanwhile', over.resolves_id
            USING ERRCODE = 'XH003';
    END IF;
    INSERT INTO exposure_pending (entry_id, account_id, reserved_minor, expires_at)
    SELECT id, account_id, reserved_minor, expires_at FROM added WHERE kind = 'RESERVE';
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION exposure_apply() FROM PUBLIC;
CREATE TRIGGER exposure_apply AFTER INSERT ON exposure_entry
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION exposure_apply();
"""

REMOVE = """
DROP TRIGGER exposure_apply ON exposure_entry;
DROP FUNCTION exposure_apply();
"""


class Migration(migrations.Migration):
    dependencies = [("exposure", "0001_initial")]
    operations = [migrations.RunSQL(APPLY, REMOVE)]
