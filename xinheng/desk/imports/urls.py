"""Addresses of the import pages."""

from django.urls import path, re_path

from xinheng.desk.imports import views

urlpatterns = [
    path("", views.listing, name="imports"),
    path("new/<slug:kind>/", views.upload, name="import-new"),
    re_path(
        r"^templates/(?P<kind>[a-z_]+)\.(?P<form>csv|xlsx)$", views.template, name="import-template"
    ),
    path("<uuid:batch_id>/", views.detail, name="import"),
    path("<uuid:batch_id>/apply/", views.apply, name="import-apply"),
    path("<uuid:batch_id>/columns/", views.columns, name="import-columns"),
    path("<uuid:batch_id>/undo/", views.undo, name="import-undo"),
    path("<uuid:batch_id>/errors/", views.error_file, name="import-errors"),
]
