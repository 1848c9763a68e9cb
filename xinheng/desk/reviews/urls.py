"""Addresses of the review pages."""

from django.urls import path, re_path

from xinheng.desk.reviews import views

urlpatterns = [
    path("", views.listing, name="reviews"),
    path("start/", views.start, name="review-start"),
    path("<uuid:review_id>/", views.detail, name="review"),
    re_path(
        r"^(?P<review_id>[0-9a-f-]{36})/file\.(?P<form>csv|xlsx)$",
        views.results_file,
        name="review-file",
    ),
]
