"""Every address of the desk, one screen a line."""

from django.urls import include, path

app_name = "desk"
urlpatterns = [
    path("", include("xinheng.desk.home.urls")),
    path("", include("xinheng.desk.shell.urls")),
    path("", include("xinheng.desk.contacts.urls")),
    path("", include("xinheng.desk.evidence.urls")),
    path("customers/", include("xinheng.desk.customers.urls")),
    path("orders/rules/", include("xinheng.desk.credit_rules.urls")),
    path("orders/exposure/", include("xinheng.desk.exposure.urls")),
    path("orders/", include("xinheng.desk.orders.urls")),
    path("items/", include("xinheng.desk.items.urls")),
    path("ageing/", include("xinheng.desk.ageing.urls")),
    path("kpi/", include("xinheng.desk.kpi.urls")),
    path("alerts/", include("xinheng.desk.alerts.urls")),
    path("reviews/", include("xinheng.desk.reviews.urls")),
    path("settings/", include("xinheng.desk.settings.urls")),
    path("webhooks/", include("xinheng.desk.webhooks.urls")),
    path("duplicates/", include("xinheng.desk.duplicates.urls")),
    path("imports/", include("xinheng.desk.imports.urls")),
]
