"""Addresses of exposure."""

from django.urls import path

from xinheng.desk.exposure import views

urlpatterns = [
    path("customer/<str:code>/", views.customer, name="exposure"),
    path("group/<str:group>/", views.of_group, name="exposure-group"),
]
