"""Addresses of the customer pages. A code may hold any character but a slash."""

from django.urls import path, re_path

from xinheng.desk.customers import views

urlpatterns = [
    path("", views.listing, name="customers"),
    re_path(r"^file\.(?P<form>csv|xlsx)$", views.listing_file, name="customers-file"),
    # A code may be any word, "new" too; it never begins with a tilde and holds no slash.
    path("~new/", views.edit, name="customer-new"),
    path("<str:code>/edit/", views.edit, name="customer-edit"),
    path("<str:code>/", views.detail, name="customer"),
    path("<str:code>/timeline/", views.timeline, name="customer-timeline"),
]
