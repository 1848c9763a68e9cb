"""Addresses of the settings."""

from django.urls import path

from xinheng.desk.settings import views

urlpatterns = [
    path("", views.home, name="settings"),
    path("fields/<slug:key>/", views.fields, name="fields"),
    path("fields/<slug:key>/field/", views.field, name="fields-field"),
    path("fields/<slug:key>/<slug:act>/", views.act, name="fields-act"),
]
