"""Addresses of open items and invoices; an invoice number may hold a slash."""

from django.urls import path, re_path

from xinheng.desk.items import views

urlpatterns = [
    path("", views.listing, name="items"),
    re_path(r"^file\.(?P<form>csv|xlsx)$", views.listing_file, name="items-file"),
    path("invoice/<path:number>/", views.invoice, name="invoice"),
]
