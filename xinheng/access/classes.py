"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Department": {
        "internal": "id code name parent",
    },
    "User_groups": {
        "internal": "id user group",
    },
    "User_user_permissions": {
        "internal": "id user permission",
    },
    "User": {
        "internal": "id last_login is_superuser username first_name last_name is_staff is_active"
        " date_joined name department scope roles is_service",
        "sensitive": "email",
        "confidential": "password",
    },
    "OneTimeLink": {
        "internal": "id user created_at expires_at used_at",
        "confidential": "secret_hash",
    },
    "Token": {
        "internal": "id user scopes created_at expires_at revoked_at",
        "confidential": "secret_hash",
    },
    "Reveal": {
        "internal": "id at expires_at user actor object customer_code field reason",
    },
}
