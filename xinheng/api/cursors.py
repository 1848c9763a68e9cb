"""Opaque cursors: where a list stopped, signed so that nobody can build one.

A cursor carries the sort key of the last row shown and the fingerprint of the filters it belongs
to; using it with other filters is refused rather than silently answered from another list.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from xinheng.api.problem import Problem

SALT = "xinheng.api.cursor"


def _fingerprint(filters: Mapping[str, Any]) -> str:
    text = json.dumps(filters, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(last: Any, filters: Mapping[str, Any]) -> str:
    """Return the cursor after `last` (a JSON value: the sort key of the last row)."""
    return signing.dumps({"after": last, "of": _fingerprint(filters)}, salt=SALT, compress=True)


def read(cursor: str, filters: Mapping[str, Any]) -> Any:
    """Return the sort key inside a cursor; None when there is no cursor.

    refuses: 422 cursor-invalid for one that is not ours or belongs to other filters
    """
    if not cursor:
        return None
    try:
        content = signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise Problem(422, "cursor-invalid", _("游标无效，请从第一页重新开始")) from error
    if content["of"] != _fingerprint(filters):
        raise Problem(422, "cursor-invalid", _("游标不属于这组筛选条件"))
    return content["after"]
