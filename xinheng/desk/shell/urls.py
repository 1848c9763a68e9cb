"""Addresses of the shell."""

from django.urls import path

from xinheng.desk.shell import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("notices/<int:notice_id>/", views.notice, name="notice"),
]
