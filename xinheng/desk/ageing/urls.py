from django.urls import path

from xinheng.desk.home import views

urlpatterns = [path("", views.home, name="ageing")]
