"""Addresses of the forms about a customer, below the customer's."""

from django.urls import path

from xinheng.desk.evidence import views

urlpatterns = [
    path("customers/<str:code>/forms/<slug:key>/", views.fill, name="questionnaire"),
    path("customers/<str:code>/forms/<slug:key>/score/", views.score, name="questionnaire-score"),
]
