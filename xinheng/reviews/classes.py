"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Review": {
        "internal": "id uuid as_of engine state step progress customers selection summary"
        " versions versions_digest last_assessment_id error requested_by created_at"
        " started_at finished_at",
    },
}
