"""How harmful each stored field of this room is in wrong hands (see access.classification)."""

FIELDS = {"Touched": {"internal": "xid customer_id at"}}
