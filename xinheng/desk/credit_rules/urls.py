"""Addresses of the rule designer."""

from django.urls import path, re_path

from xinheng.desk.credit_rules import views

_PLACE = r"^(?P<place>rules|exclusions)"
urlpatterns = [
    path("", views.listing, name="credit-rules"),
    path("effect/", views.simulate, name="credit-rules-effect"),
    path("general/", views.general, name="credit-rules-general"),
    path("draft/<slug:key>/<slug:act>/", views.act, name="credit-rules-act"),
    path("restore/<int:version_id>/", views.restore, name="credit-rules-restore"),
    re_path(rf"{_PLACE}/new/$", views.piece, name="credit-rules-new"),
    re_path(
        rf"{_PLACE}/(?P<at>\d{{1,4}})/(?P<act>[a-z]+)/$",
        views.piece_act,
        name="credit-rules-piece-act",
    ),
    re_path(rf"{_PLACE}/(?P<at>\d{{1,4}})/$", views.piece, name="credit-rules-piece"),
]
