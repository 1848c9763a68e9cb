"""Addresses of order credit; an order's number may hold a slash."""

from django.urls import path, re_path

from xinheng.desk.orders import acts, entry, holds, quick, views

urlpatterns = [
    path("", views.listing, name="orders"),
    re_path(r"^file\.(?P<form>csv|xlsx)$", views.listing_file, name="orders-file"),
    path("check/", quick.quick_check, name="quick-check"),
    path("new/", entry.new, name="order-new"),
    path("new/check/", entry.live, name="order-live"),
    path("new/whom/", entry.whom, name="order-whom"),
    path("holds/", holds.worklisting, name="holds"),
    path("holds/act/", acts.act_on_holds, name="holds-act"),
    path("of/<path:number>/edit/", entry.edit, name="order-edit"),
    path("of/<path:number>/why/", views.why, name="order-why"),
    path("of/<path:number>/act/<slug:verb>/", acts.act, name="order-act"),
    path("of/<path:number>/", views.detail, name="order"),
]
