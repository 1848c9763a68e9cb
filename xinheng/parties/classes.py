"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Group": {
        "internal": "id code name parent batch_id changed_xid",
    },
    "Customer": {
        "internal": "id code name name_pinyin credit_code industry region size group owner"
        " department since registered_capital_minor currency merged_into custom"
        " batch_id changed_xid",
    },
    "Contact": {
        "internal": "id uuid customer is_primary removed_at title role",
        "sensitive": "name phone phone_index email email_index",
    },
    "BankAccount": {
        "internal": "id uuid customer is_primary removed_at bank currency",
        "confidential": "holder number number_index",
    },
}
