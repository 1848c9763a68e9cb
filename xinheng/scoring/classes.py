"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Assessment": {
        "internal": "id customer as_of score pd grade coverage knock_outs reasons factors"
        " versions versions_digest digest created_at changed_xid",
    },
}
