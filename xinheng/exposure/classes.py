"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Segment": {
        "internal": "id code name currency",
    },
    "Account": {
        "internal": "id segment customer group parent ancestors currency mode limit_minor"
        " in_group merged_into halted_at halt_reason reserved_minor delivered_minor"
        " receivable_minor bills_minor deposits_minor changed_xid",
    },
    "Entry": {
        "internal": "id account kind at effective_date ship_date due_date reserved_minor"
        " delivered_minor receivable_minor bills_minor deposits_minor document_minor"
        " document_currency rate rate_date excess_minor authority decision_id resolves revalues"
        " expires_at source key batch_id changed_xid",
    },
    "Rung": {
        "internal": "id account counter day open_minor",
    },
    "Pending": {
        "internal": "entry account reserved_minor expires_at",
    },
    "Standing": {
        "internal": "account dunning_level insured_minor insured_until review_due limit_valid_to"
        " tier grade payment_index status blocks changed_xid",
    },
}
