"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Holiday": {
        "public": "date working name",
        "internal": "batch_id",
    },
    "Rate": {
        "public": "id kind source_currency target_currency date rate",
        "internal": "batch_id",
    },
    "Industry": {
        "public": "code name name_en parent",
    },
    "Region": {
        "public": "code name name_en",
    },
}
