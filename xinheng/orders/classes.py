"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Order": {
        "internal": "id number customer segment order_date ship_date terms discount_percent"
        " currency amount_minor shipped_minor invoiced_minor approved_minor is_prepaid"
        " delivered_minor status credit reservation decision copied_from version batch_id"
        " changed_xid",
    },
    "OrderLine": {
        "internal": "id order line item quantity amount_minor ship_date shipped_minor",
    },
    "Shipment": {
        "internal": "id order number shipped_on amount_minor lines returned_on decision batch_id"
        " changed_xid",
    },
    "Decision": {
        "internal": "id uuid at day by customer account order purpose document_kind"
        " document_number point amount_minor currency outcome has_warnings reasons facts versions"
        " authority excess_minor reservation follows changes changed_xid",
    },
    "Hold": {
        "internal": "id order decision latest state point is_forced opened_at opened_by"
        " opened_reason looked_on closed_at closed_by closed_reason changed_xid",
    },
    "Release": {
        "internal": "id hold order decision at by amount_minor excess_minor covers until reason"
        " revoked_at revoked_by changed_xid",
    },
}
