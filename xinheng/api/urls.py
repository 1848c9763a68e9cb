"""Addresses of the REST interface; the calls themselves are listed in `calls.py`."""

from django.urls import path

from xinheng.api import docs, health
from xinheng.api.main import api

# Ninja adds a root page that only exists to compute prefixes; it is no call, so it is left out.
_calls = [entry for entry in api.urls[0] if getattr(entry, "name", "") != "api-root"]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/openapi.json", docs.openapi, name="api-openapi"),
    path("api/v1/docs", docs.page, name="api-docs"),
    path("api/v1/", (_calls, "api", "api")),
]
