"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Event": {
        "internal": "id uuid xid8 at actor action object digest",
        "confidential": "salt",
    },
    "Payload": {
        "internal": "event before after",
    },
    "Former": {
        "internal": "id batch_id table row former_batch is_removed was",
    },
}
