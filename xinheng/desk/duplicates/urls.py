"""Addresses of duplicates and merges."""

from django.urls import path

from xinheng.desk.duplicates import views

urlpatterns = [
    path("", views.listing, name="duplicates"),
    path("search/", views.search, name="duplicates-search"),
    path("<int:candidate_id>/judge/", views.judge, name="duplicates-judge"),
    path("compare/", views.compare, name="duplicates-compare"),
    path("merge/", views.merge, name="duplicates-merge"),
    path("merges/", views.merges, name="merges"),
    path("merges/<uuid:merge_id>/", views.merge_detail, name="merge"),
    path("merges/<uuid:merge_id>/undo/", views.undo, name="merge-undo"),
]
