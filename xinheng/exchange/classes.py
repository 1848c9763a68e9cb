"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Batch": {
        "internal": "id uuid kind file_name file_digest mapping partial dry_run state source rows"
        " duplicates created updated unchanged refused chunks chunk_rows chunks_done warnings"
        " errors errors_file error requested_by created_at undo_id undone_by undone_at"
        " removed restored holds started_at finished_at",
    },
}
