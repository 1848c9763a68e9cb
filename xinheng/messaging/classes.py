"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Outgoing": {
        "internal": "id uuid channel body state attempts last_error created_at delivered_at",
        "sensitive": "recipient",
    },
    "Notification": {
        "internal": "id user key title_zh title_en link created_at read_at",
    },
}
