"""Addresses of subscriptions to events."""

from django.urls import path

from xinheng.desk.webhooks import views

urlpatterns = [
    path("", views.listing, name="webhooks"),
    path("add/", views.add, name="webhook-add"),
    path("<uuid:webhook_id>/", views.detail, name="webhook"),
    path("<uuid:webhook_id>/act/<slug:verb>/", views.act, name="webhook-act"),
]
