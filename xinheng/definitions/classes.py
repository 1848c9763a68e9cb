"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Definition": {
        "internal": "id kind key title",
    },
    "Version": {
        "internal": "id definition number state content digest shipped note created_by created_at"
        " published_at",
    },
}
