from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "xinheng.reviews"
    label = "reviews"
    verbose_name = "评审"
    default_auto_field = "django.db.models.BigAutoField"
