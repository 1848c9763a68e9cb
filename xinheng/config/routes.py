"""The policy table: every address and every REST call, and what it takes to be let in.

`config.gate` enforces it, deny by default; a test walks the addresses of Django and the OpenAPI
document and fails on one that is missing here, or listed here and gone.
"""

from typing import NamedTuple

from xinheng.api.calls import CALLS

PUBLIC = "public"  # anybody: the door, and what a load balancer asks
SIGNED_IN = "signed-in"  # anybody who is signed in: the person's own things
TOKEN = "token"  # noqa: S105 - REST: the call itself asks for its permission


class Route(NamedTuple):
    """What an address takes: a permission of `access.policy`, or PUBLIC, SIGNED_IN, TOKEN.

    `object_of` names the argument that holds a customer's code; such an address must answer 404
    for a customer outside the scope, and the tests ask it for one.
    """

    permission: str
    object_of: str = ""


DOOR = {
    "account_login": Route(PUBLIC),
    "account_logout": Route(PUBLIC),
    "account_inactive": Route(PUBLIC),
    "account_change_password": Route("access.own"),
    "account_set_password": Route("access.own"),
    "enter": Route(PUBLIC),
    "set_language": Route(PUBLIC),
    "healthz": Route(PUBLIC),
    "readyz": Route(PUBLIC),
    "api-openapi": Route(PUBLIC),
    "api-docs": Route(SIGNED_IN),
}

DESK = {
    "desk:home": Route(SIGNED_IN),
    "desk:search": Route(SIGNED_IN),
    "desk:notice": Route("messaging.read"),
    "desk:customers": Route("customers.read"),
    "desk:customers-file": Route("customers.read"),
    "desk:customer-new": Route("customers.write"),
    "desk:customer-edit": Route("customers.write", object_of="code"),
    "desk:customer": Route("customers.read", object_of="code"),
    "desk:customer-timeline": Route("customers.read", object_of="code"),
    "desk:contacts": Route("customers.read", object_of="code"),
    "desk:contact-add": Route("contacts.write", object_of="code"),
    "desk:contact-edit": Route("contacts.write", object_of="code"),
    "desk:contact-act": Route("contacts.write", object_of="code"),
    "desk:contact-reveal": Route("access.reveal", object_of="code"),
    "desk:contact-find": Route("customers.read"),
    "desk:reveals": Route("access.reveals"),
    "desk:questionnaire": Route("questionnaires.write", object_of="code"),
    "desk:questionnaire-score": Route("questionnaires.write", object_of="code"),
    "desk:orders": Route("orders.read"),
    "desk:orders-file": Route("orders.read"),
    "desk:quick-check": Route("orders.check"),
    "desk:order-new": Route("orders.write"),
    "desk:order-live": Route("orders.check"),
    "desk:order-whom": Route("orders.check"),
    "desk:order": Route("orders.read"),
    "desk:order-edit": Route("orders.write"),
    "desk:order-why": Route("orders.read"),
    "desk:order-act": Route("orders.read"),
    "desk:holds": Route("orders.read"),
    "desk:holds-act": Route("orders.read"),
    "desk:exposure": Route("exposure.read", object_of="code"),
    "desk:exposure-group": Route("exposure.read"),
    "desk:credit-rules": Route("definitions.read"),
    "desk:credit-rules-effect": Route("definitions.read"),
    "desk:credit-rules-general": Route("definitions.write"),
    "desk:credit-rules-act": Route("definitions.write"),
    "desk:credit-rules-restore": Route("definitions.write"),
    "desk:credit-rules-new": Route("definitions.write"),
    "desk:credit-rules-piece": Route("definitions.write"),
    "desk:credit-rules-piece-act": Route("definitions.write"),
    "desk:items": Route("receivables.read"),
    "desk:items-file": Route("receivables.read"),
    "desk:invoice": Route("receivables.read"),
    "desk:ageing": Route("insight.read"),
    "desk:ageing-file": Route("insight.read"),
    "desk:kpi": Route("insight.read"),
    "desk:kpi-trend": Route("insight.read"),
    "desk:kpi-file": Route("insight.read"),
    "desk:kpi-one": Route("insight.read"),
    "desk:home-trend": Route("insight.read"),
    "desk:home-panel": Route(SIGNED_IN),
    "desk:reviews": Route("reviews.read"),
    "desk:review": Route("reviews.read"),
    "desk:review-file": Route("reviews.read"),
    "desk:review-start": Route("reviews.run"),
    "desk:alerts": Route("alerts.read"),
    "desk:alerts-file": Route("alerts.read"),
    "desk:alert": Route("alerts.read"),
    "desk:alerts-act": Route("alerts.write"),
    "desk:alert-wishes": Route("alerts.read"),
    "desk:indicators": Route("definitions.read"),
    "desk:indicators-edit": Route("definitions.write"),
    "desk:indicators-publish": Route("definitions.publish"),
    "desk:settings": Route("definitions.read"),
    "desk:fields": Route("definitions.read"),
    "desk:fields-field": Route("definitions.write"),
    "desk:fields-act": Route("definitions.write"),
    "desk:webhooks": Route("webhooks.manage"),
    "desk:webhook": Route("webhooks.manage"),
    "desk:webhook-add": Route("webhooks.manage"),
    "desk:webhook-act": Route("webhooks.manage"),
    "desk:duplicates": Route("masterdata.read"),
    "desk:duplicates-search": Route("masterdata.write"),
    "desk:duplicates-judge": Route("masterdata.write"),
    "desk:duplicates-compare": Route("masterdata.read"),
    "desk:duplicates-merge": Route("masterdata.merge"),
    "desk:merges": Route("masterdata.read"),
    "desk:merge": Route("masterdata.read"),
    "desk:merge-undo": Route("masterdata.merge"),
    "desk:imports": Route("exchange.read"),
    "desk:import": Route("exchange.read"),
    "desk:import-new": Route("exchange.import"),
    "desk:import-template": Route("exchange.read"),
    "desk:import-apply": Route("exchange.import"),
    "desk:import-columns": Route("exchange.import"),
    "desk:import-undo": Route("exchange.undo"),
    "desk:import-errors": Route("exchange.read"),
}

REST = {f"api:{call.url_name}": Route(TOKEN) for call in CALLS.values()}

ROUTES: dict[str, Route] = {**DOOR, **DESK, **REST}
