"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Sealed": {
        "internal": "id uuid record name is_indexed made_at",
        "confidential": "value value_index",
    },
}
