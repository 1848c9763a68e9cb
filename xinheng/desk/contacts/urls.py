"""Addresses of contacts and bank accounts, below their customer's."""

from django.urls import path

from xinheng.desk.contacts import views

urlpatterns = [
    path("customers/find/", views.find, name="contact-find"),
    path("customers/<str:code>/contacts/", views.listing, name="contacts"),
    path("customers/<str:code>/<noun:noun>/add/", views.add, name="contact-add"),
    path("customers/<str:code>/<noun:noun>/<uuid:row_id>/", views.edit, name="contact-edit"),
    path(
        "customers/<str:code>/<noun:noun>/<uuid:row_id>/<act:act>/",
        views.act,
        name="contact-act",
    ),
    path(
        "customers/<str:code>/<noun:noun>/<uuid:row_id>/reveal/<slug:field>/",
        views.reveal,
        name="contact-reveal",
    ),
    path("reveals/", views.reveals, name="reveals"),
]
