"""Addresses of the rule designer."""

from django.urls import path

from xinheng.desk.credit_rules import views

urlpatterns = [
    path("", views.listing, name="credit-rules"),
]
