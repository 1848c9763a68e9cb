"""The policy table of the REST interface: every call and the permission it needs.

A call that is not listed here cannot be served: `serve` looks its permission up when the routes are
built. `config.routes` joins this table with the pages' one, and the tests walk both.
"""

from typing import NamedTuple


class Call(NamedTuple):
    """One REST call. `object_of` names the path parameter whose row must lie in scope.

    takes_key: whether a write takes an Idempotency-Key; one that answers a secret does not, since
    the answer would have to be kept
    """

    method: str
    path: str
    permission: str
    object_of: str = ""
    takes_key: bool = True

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def url_name(self) -> str:
        """Return the name of the address, which calls of other methods on one path share."""
        return self.path.strip("/").replace("/", "-").replace("{", "").replace("}", "")


CALLS: dict[str, Call] = {
    "list_customers": Call("GET", "/customers", "customers.read"),
    "get_customer": Call("GET", "/customers/{code}", "customers.read", "code"),
    "get_customer_timeline": Call("GET", "/customers/{code}/timeline", "customers.read", "code"),
    "list_contacts": Call("GET", "/customers/{code}/contacts", "customers.read", "code"),
    "add_contact": Call("POST", "/customers/{code}/contacts", "contacts.write", "code"),
    "change_contact": Call(
        "PATCH", "/customers/{code}/contacts/{row_id}", "contacts.write", "code"
    ),
    "remove_contact": Call(
        "DELETE", "/customers/{code}/contacts/{row_id}", "contacts.write", "code"
    ),
    "list_bank_accounts": Call("GET", "/customers/{code}/bank-accounts", "customers.read", "code"),
    "add_bank_account": Call(
        "POST", "/customers/{code}/bank-accounts", "bank_accounts.write", "code"
    ),
    "change_bank_account": Call(
        "PATCH", "/customers/{code}/bank-accounts/{row_id}", "bank_accounts.write", "code"
    ),
    "remove_bank_account": Call(
        "DELETE", "/customers/{code}/bank-accounts/{row_id}", "bank_accounts.write", "code"
    ),
    "import_customers": Call("POST", "/customers/batch", "exchange.import"),
    "import_groups": Call("POST", "/groups/batch", "exchange.import"),
    "import_invoices": Call("POST", "/invoices/batch", "exchange.import"),
    "import_receipts": Call("POST", "/receipts/batch", "exchange.import"),
    "import_disputes": Call("POST", "/disputes/batch", "exchange.import"),
    "import_statements": Call("POST", "/statements/batch", "exchange.import"),
    "import_events": Call("POST", "/events/batch", "exchange.import"),
    "import_bureau": Call("POST", "/bureau/batch", "exchange.import"),
    "import_questionnaires": Call("POST", "/questionnaires/batch", "exchange.import"),
    "import_tax_invoices": Call("POST", "/tax_invoices/batch", "exchange.import"),
    "import_interactions": Call("POST", "/interactions/batch", "exchange.import"),
    "import_rates": Call("POST", "/rates/batch", "exchange.import"),
    "import_orders": Call("POST", "/orders/batch", "exchange.import"),
    "import_limits": Call("POST", "/limits/batch", "exchange.import"),
    "import_holidays": Call("POST", "/holidays/batch", "exchange.import"),
    "undo_import": Call("POST", "/imports/{batch_id}/undo", "exchange.undo"),
    "list_duplicates": Call("GET", "/duplicates", "masterdata.read"),
    "judge_duplicate": Call("POST", "/duplicates/{candidate_id}/judge", "masterdata.write"),
    "merge_customers": Call("POST", "/merges", "masterdata.merge"),
    "undo_merge": Call("POST", "/merges/{merge_id}/undo", "masterdata.merge"),
    "start_review": Call("POST", "/reviews", "reviews.run"),
    "get_review": Call("GET", "/reviews/{review_id}", "reviews.read"),
    "get_review_results": Call("GET", "/reviews/{review_id}/results", "reviews.read"),
    "get_assessment": Call("GET", "/assessments/{customer}", "scoring.read", "customer"),
    "get_ageing": Call("GET", "/ageing", "insight.read"),
    "get_kpi": Call("GET", "/kpi", "insight.read"),
    "list_alerts": Call("GET", "/alerts", "alerts.read"),
    "assign_alert": Call("POST", "/alerts/{alert_id}/assign", "alerts.write"),
    "snooze_alert": Call("POST", "/alerts/{alert_id}/snooze", "alerts.write"),
    "close_alert": Call("POST", "/alerts/{alert_id}/close", "alerts.write"),
    "check_credit": Call("POST", "/credit/checks", "orders.check"),
    "reserve_credit": Call("POST", "/credit/reservations", "orders.write"),
    "find_reservation": Call("GET", "/credit/reservations", "orders.read"),
    "reserve_credit_batch": Call("POST", "/credit/reservations/batch", "orders.write"),
    "get_reservation": Call("GET", "/credit/reservations/{reservation_id}", "orders.read"),
    "post_reservation": Call("POST", "/credit/reservations/{reservation_id}/post", "orders.write"),
    "void_reservation": Call("POST", "/credit/reservations/{reservation_id}/void", "orders.write"),
    "get_credit_account": Call("GET", "/credit/accounts/{customer}", "exposure.read", "customer"),
    "place_order": Call("POST", "/orders", "orders.write"),
    "list_orders": Call("GET", "/orders", "orders.read"),
    "get_order": Call("GET", "/orders/{number}", "orders.read"),
    "amend_order": Call("POST", "/orders/{number}/amend", "orders.write"),
    "ship_order": Call("POST", "/orders/{number}/ship", "orders.write"),
    "invoice_order": Call("POST", "/orders/{number}/invoice", "receivables.write"),
    "cancel_order": Call("POST", "/orders/{number}/cancel", "orders.write"),
    "why_order": Call("GET", "/orders/{number}/why", "orders.read"),
    "list_holds": Call("GET", "/holds", "orders.read"),
    "release_hold": Call("POST", "/holds/{number}/release", "orders.release"),
    "reject_hold": Call("POST", "/holds/{number}/reject", "orders.release"),
    "recheck_hold": Call("POST", "/holds/{number}/recheck", "orders.check"),
    "get_decision": Call("GET", "/decisions/{decision_id}", "orders.read"),
    "replay_decision": Call("POST", "/decisions/{decision_id}/replay", "orders.read"),
    "add_webhook": Call("POST", "/webhooks", "webhooks.manage", takes_key=False),
    "list_webhooks": Call("GET", "/webhooks", "webhooks.manage"),
    "remove_webhook": Call("DELETE", "/webhooks/{webhook_id}", "webhooks.manage"),
    "rotate_webhook": Call(
        "POST", "/webhooks/{webhook_id}/rotate", "webhooks.manage", takes_key=False
    ),
    "try_webhook": Call("POST", "/webhooks/{webhook_id}/test", "webhooks.manage"),
    "list_deliveries": Call("GET", "/webhooks/{webhook_id}/deliveries", "webhooks.manage"),
}
