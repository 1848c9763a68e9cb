"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Outgoing": {
        "internal": "id uuid channel body state attempts last_error created_at delivered_at",
        "sensitive": "recipient",
    },
    "Notification": {
        "internal": "id user key title_zh title_en link created_at read_at",
    },
    "Subscription": {
        "internal": "id uuid url events former_until created_at created_by disabled_at"
        " disabled_why",
        "confidential": "secret former_secret",
    },
    "Delivery": {
        "internal": "id uuid subscription event subject data state attempts status_code last_error"
        " created_at next_at delivered_at",
    },
}
