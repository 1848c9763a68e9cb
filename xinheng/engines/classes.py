"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Touched": {
        "internal": "xid customer_id at",
    },
}
