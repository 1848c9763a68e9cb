"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Answer": {
        "internal": "id token key request_digest status content_type location body created_at",
    },
}
