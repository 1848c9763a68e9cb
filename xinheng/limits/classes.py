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
    "Grant": {
        "internal": "id customer group segment mode amount_minor currency in_group valid_from"
        " valid_to terms reason source batch_id granted_by granted_at changed_xid",
    },
    "InForce": {
        "internal": "account grant_id mode limit_minor in_group valid_to former_mode"
        " former_limit_minor former_in_group",
    },
}
