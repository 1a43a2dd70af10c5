"""Points: written, read, found."""

import qdrant_edge as engine

from . import convert
from .errors import ApiError, bad_request
from .filters import to_filter
from .request import Request

Op = engine.UpdateOperation
SELECTORS = {"points", "filter"}
SHOW = {"with_payload", "with_vector"}


def upsert(request: Request):
    collection = request.writable()
    body = convert.fields(request.object(), "the body", {"points", "batch"})
    return collection.update(Op.upsert_points(convert.points(body)), request.wait)


def delete(request: Request):
    collection = request.writable()
    body = convert.fields(request.object(), "the body", SELECTORS)
    return collection.update(_selected(body, Op.delete_points, Op.delete_points_by_filter), request.wait)


def set_payload(request: Request):
    return _payload(request, Op.set_payload, Op.set_payload_by_filter)


def overwrite_payload(request: Request):
    return _payload(request, Op.overwrite_payload, Op.overwrite_payload_by_filter)


def delete_payload(request: Request):
    collection = request.writable()
    body = convert.fields(request.object(), "the body", SELECTORS | {"keys"})
    keys = body.get("keys")
    if not isinstance(keys, list):
        raise bad_request("keys is required")
    return collection.update(
        _selected(body, Op.delete_payload, Op.delete_payload_by_filter, [str(key) for key in keys]), request.wait
    )


def clear_payload(request: Request):
    collection = request.writable()
    body = convert.fields(request.object(), "the body", SELECTORS)
    return collection.update(_selected(body, Op.clear_payload, Op.clear_payload_by_filter), request.wait)


def get(request: Request):
    collection = request.readable()
    text = request.path["id"]
    wanted = convert.point_id(int(text) if text.isascii() and text.isdigit() else text)
    found = collection.read(lambda shard: shard.retrieve([wanted], True, True))
    if not found:
        raise ApiError(404, f"Not found: Point with id {text} does not exists!")
    return convert.record(found[0])


def retrieve(request: Request):
    collection = request.readable()
    body = convert.fields(request.object(), "the body", {"ids"} | SHOW)
    ids = convert.point_ids(body.get("ids"))
    payload = convert.payload_selector(body.get("with_payload", True))
    vector = convert.vector_selector(body.get("with_vector", False))
    return [convert.record(item) for item in collection.read(lambda shard: shard.retrieve(ids, payload, vector))]


def scroll(request: Request):
    collection = request.readable()
    body = convert.fields(request.object(), "the body", {"offset", "limit", "filter"} | SHOW)
    start = body.get("offset")
    asked = engine.ScrollRequest(
        offset=None if start is None else convert.point_id(start),
        limit=convert.limit(body.get("limit"), 10),
        filter=to_filter(body.get("filter")),
        with_payload=convert.payload_selector(body.get("with_payload", True)),
        with_vector=convert.vector_selector(body.get("with_vector", False)),
    )
    items, following = collection.read(lambda shard: shard.scroll(asked))
    return {"points": [convert.record(item) for item in items], "next_page_offset": convert.shown_offset(following)}


def count(request: Request):
    collection = request.readable()
    body = convert.fields(request.object(), "the body", {"filter", "exact"})
    asked = engine.CountRequest(exact=body.get("exact", True) is True, filter=to_filter(body.get("filter")))
    return {"count": collection.read(lambda shard: shard.count(asked))}


FIND = {"limit", "offset", "filter", "params", "score_threshold"} | SHOW


def search(request: Request):
    collection = request.readable()
    body = convert.fields(request.object(), "the body", {"vector"} | FIND)
    vector, using = body.get("vector"), None
    if isinstance(vector, dict):
        named = convert.fields(vector, "vector", {"name", "vector"})
        vector, using = named.get("vector"), named.get("name")
    return _find(collection, body, vector, using)


def query(request: Request):
    collection = request.readable()
    body = convert.fields(request.object(), "the body", {"query", "using"} | FIND)
    wanted = body.get("query")
    if isinstance(wanted, dict):
        wanted = convert.fields(wanted, "query", {"nearest"}).get("nearest")
    if isinstance(wanted, (int, str)) and not isinstance(wanted, bool):
        wanted = _vector_of(collection, wanted, body.get("using"))
    return {"points": _find(collection, body, wanted, body.get("using"))}


def _find(collection, body: dict, wanted, using) -> list:
    params = convert.fields(body.get("params") or {}, "params", {"hnsw_ef", "exact", "indexed_only"})
    nearest = None if wanted is None else engine.Query.Nearest(convert.vector(wanted), using)
    asked = engine.QueryRequest(
        query=nearest,
        limit=convert.limit(body.get("limit"), 10),
        offset=convert.offset(body.get("offset")),
        filter=to_filter(body.get("filter")),
        params=engine.SearchParams(**params) if params else None,
        with_vector=convert.vector_selector(body.get("with_vector", False)),
        with_payload=convert.payload_selector(body.get("with_payload", False)),
        score_threshold=body.get("score_threshold"),
    )
    return [convert.scored(item) for item in collection.read(lambda shard: shard.query(asked))]


def _vector_of(collection, text, using):
    """A query by a point's own vector."""
    wanted = convert.point_id(text)
    found = collection.read(lambda shard: shard.retrieve([wanted], False, True))
    if not found:
        raise ApiError(404, f"Not found: No point with id {text} found")
    vector = found[0].vector
    return vector.get(using) if isinstance(vector, dict) else vector


def _payload(request: Request, by_ids, by_filter):
    collection = request.writable()
    body = convert.fields(request.object(), "the body", SELECTORS | {"payload", "key"})
    content, key = convert.payload(body.get("payload")), convert.payload_key(body.get("key"))
    return collection.update(_selected(body, by_ids, by_filter, content, key), request.wait)


def _selected(body: dict, by_ids, by_filter, *rest):
    """An operation on the points that are listed, or on those that a filter matches."""
    if body.get("points") is not None:
        return by_ids(convert.point_ids(body["points"]), *rest)
    if body.get("filter") is None:
        raise bad_request("points or filter is required")
    return by_filter(to_filter(body["filter"]), *rest)
