"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Proposal": {
        "internal": "id assessment customer as_of tier currency limit_current_minor"
        " limit_proposed_minor binding bounds terms terms_days deposit_percent"
        " review_due open_minor overdue_minor dpd_max created_at changed_xid",
    },
    "Latest": {
        "internal": "customer proposal as_of grade score tier currency limit_current_minor"
        " limit_proposed_minor open_minor overdue_minor dpd_max review_due",
    },
}
