"""Addresses of the first page."""

from django.urls import path

from xinheng.desk.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("home/panel/<slug:panel>/", views.later, name="home-panel"),
    path("home/trend/", views.trend, name="home-trend"),
]
