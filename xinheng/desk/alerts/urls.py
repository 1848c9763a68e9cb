"""Addresses of alerts and of the indicators behind them."""

from django.urls import path, re_path

from xinheng.desk.alerts import tuning, views

urlpatterns = [
    path("", views.listing, name="alerts"),
    re_path(r"^file\.(?P<form>csv|xlsx)$", views.listing_file, name="alerts-file"),
    path("act/", views.act, name="alerts-act"),
    path("wishes/", views.wishes, name="alert-wishes"),
    path("indicators/", tuning.listing, name="indicators"),
    path("indicators/edit/", tuning.edit, name="indicators-edit"),
    path("indicators/publish/<int:version_id>/", tuning.publish, name="indicators-publish"),
    path("<uuid:alert_id>/", views.detail, name="alert"),
]
