"""Every address: the desk, the REST interface, sign-in. `routes.py` says who may use each."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from xinheng.desk.entry import views as entry

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("xinheng.api.urls")),
    path("accounts/", include("xinheng.access.urls")),
    path("enter/<str:secret>/", entry.enter, name="enter"),
    path("language/", set_language, name="set_language"),
    path("", include("xinheng.desk.urls")),
]

handler400 = "xinheng.desk.shell.views.bad_request"
handler403 = "xinheng.desk.shell.views.forbidden"
handler404 = "xinheng.desk.shell.views.not_found"
handler500 = "xinheng.desk.shell.views.broken"
