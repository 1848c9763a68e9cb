"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Alert": {
        "internal": "id uuid customer indicator level peak_level state value threshold part"
        " assignee opened_on as_of quiet_until quiet_level reason version changed_xid",
    },
    "AlertStep": {
        "internal": "id alert action as_of level_before level value threshold version actor"
        " assignee until reason note at",
    },
    "Portfolio": {
        "internal": "id as_of currency open_minor debtors",
    },
    "Preference": {
        "internal": "user bell mail",
    },
}
