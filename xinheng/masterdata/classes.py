"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Search": {
        "internal": "id uuid state progress batch_id customers found error requested_by"
        " created_at finished_at",
    },
    "Candidate": {
        "internal": "id first second score reasons state note found_at decided_at decided_by",
    },
    "Merge": {
        "internal": "id uuid survivor merged before after limits pointed note at by undone_at"
        " undone_by undo_note",
    },
    "Part": {
        "internal": "id merge mover count carried",
    },
}
