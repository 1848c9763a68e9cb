"""Addresses of the ageing."""

from django.urls import path, re_path

from xinheng.desk.ageing import views

urlpatterns = [
    path("", views.report, name="ageing"),
    re_path(r"^file\.(?P<form>csv|xlsx)$", views.report_file, name="ageing-file"),
]
