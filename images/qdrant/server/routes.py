"""Paths and what they do. Every handler checks the request's access before it looks at anything."""

import re

from . import collections_api as c
from . import points_api as p
from .errors import ApiError

NAME = r"(?P<name>[^/]+)"
_TABLE = [
    ("GET", "/collections", c.list_collections),
    ("GET", f"/collections/{NAME}", c.show),
    ("PUT", f"/collections/{NAME}", c.create),
    ("PATCH", f"/collections/{NAME}", c.change),
    ("DELETE", f"/collections/{NAME}", c.delete),
    ("GET", f"/collections/{NAME}/exists", c.exists),
    ("PUT", f"/collections/{NAME}/index", c.create_index),
    ("DELETE", f"/collections/{NAME}/index/(?P<field>[^/]+)", c.delete_index),
    ("GET|POST", f"/collections/{NAME}/snapshots", c.snapshots),
    ("PUT", f"/collections/{NAME}/points", p.upsert),
    ("POST", f"/collections/{NAME}/points", p.retrieve),
    ("GET", f"/collections/{NAME}/points/(?P<id>[^/]+)", p.get),
    ("POST", f"/collections/{NAME}/points/delete", p.delete),
    ("POST", f"/collections/{NAME}/points/scroll", p.scroll),
    ("POST", f"/collections/{NAME}/points/search", p.search),
    ("POST", f"/collections/{NAME}/points/query", p.query),
    ("POST", f"/collections/{NAME}/points/count", p.count),
    ("POST", f"/collections/{NAME}/points/payload", p.set_payload),
    ("PUT", f"/collections/{NAME}/points/payload", p.overwrite_payload),
    ("POST", f"/collections/{NAME}/points/payload/delete", p.delete_payload),
    ("POST", f"/collections/{NAME}/points/payload/clear", p.clear_payload),
]
_ROUTES = [(methods.split("|"), re.compile(f"^{path}/?$"), handler) for methods, path, handler in _TABLE]


def find(method: str, path: str) -> tuple:
    """The handler of a request and the names in its path; raises ApiError 404 or 405."""
    known = False
    for methods, pattern, handler in _ROUTES:
        match = pattern.match(path)
        if match is not None:
            if method in methods:
                return handler, match.groupdict()
            known = True
    raise ApiError(405, "Method not allowed") if known else ApiError(404, "Not found: this path is not served here")
