"""Addresses of the figures."""

from django.urls import path, re_path

from xinheng.desk.kpi import views

urlpatterns = [
    path("", views.cards, name="kpi"),
    path("trend/", views.trend, name="kpi-trend"),
    re_path(r"^file\.(?P<form>csv|xlsx)$", views.cards_file, name="kpi-file"),
    path("<slug:figure>/", views.one, name="kpi-one"),
]
