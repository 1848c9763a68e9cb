"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Invoice": {
        "internal": "id number customer kind status issue_date due_date voided_date terms"
        " currency amount_minor credit_minor rate rate_date tax_minor open_minor"
        " open_credit_minor settled_on first_move last_move middle_credit_minor life"
        " applies_to order_number salesperson custom batch_id changed_xid",
    },
    "InvoiceLine": {
        "internal": "id invoice line amount_minor tax_minor",
    },
    "Receipt": {
        "internal": "id number customer received_date amount_minor credit_minor rate rate_date"
        " unallocated_minor unallocated_credit_minor spent_on life currency method"
        " invoice_number payer custom batch_id changed_xid",
    },
    "Allocation": {
        "internal": "id invoice receipt credit_note amount_minor credit_minor source_credit_minor"
        " effective_date ended_date batch_id changed_xid",
    },
    "Dispute": {
        "internal": "id number invoice amount_minor reason opened_date closed_date outcome"
        " batch_id changed_xid",
    },
}
