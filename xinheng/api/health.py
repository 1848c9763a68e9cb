"""Is the process alive, and can it serve: what a supervisor and a load balancer ask."""

from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers; touches nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers and has been migrated; 503 when not."""
    try:
        connection.ensure_connection()
        ready = MigrationRecorder(connection).has_table()
    except DatabaseError:
        ready = False
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "database": ready},
        status=200 if ready else 503,
    )
