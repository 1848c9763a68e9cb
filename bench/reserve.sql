-- One reservation as plain as it can be: the lock, an entry with the real trigger, the journal.
-- Variables: first and count, the ids of the accounts.
\set account random(:first, :first + :count - 1)
\set minor random(1, 100)
BEGIN;
SELECT id, currency FROM exposure_account WHERE id = :account FOR NO KEY UPDATE;
INSERT INTO exposure_entry (account_id, kind, effective_date, ship_date, reserved_minor,
    document_minor, document_currency, rate, source, key)
VALUES (:account, 'RESERVE', '2026-06-30', '2026-07-10', :minor, :minor, 'CNY', 1,
    'order:bare', gen_random_uuid()::text)
RETURNING id;
INSERT INTO journal_event (uuid, actor, action, object, salt, digest)
VALUES (gen_random_uuid(), 'bare', 'exposure.reserve', 'account:' || :account,
    decode(md5(random()::text) || md5(random()::text), 'hex'),
    decode(md5(random()::text) || md5(random()::text), 'hex'));
INSERT INTO journal_payload (event_id, after)
VALUES (currval('journal_event_id_seq'),
    jsonb_build_object('entry', currval('exposure_entry_id_seq'), 'source', 'order:bare',
                       'moves', jsonb_build_array('RESERVE', 'reserved', :minor)));
COMMIT;
