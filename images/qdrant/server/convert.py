"""JSON of the REST API to the engine's types, and back."""

import uuid

import qdrant_edge as engine

from .errors import bad_request

DISTANCES = {
    "Cosine": engine.Distance.Cosine,
    "Euclid": engine.Distance.Euclid,
    "Dot": engine.Distance.Dot,
    "Manhattan": engine.Distance.Manhattan,
}
SCHEMAS = {name.lower(): getattr(engine.PayloadSchemaType, name) for name in
           ("Keyword", "Integer", "Float", "Geo", "Text", "Bool", "Datetime", "Uuid")}
MAX_SIZE = 65536
MAX_LIMIT = 10_000
# Levels of a payload; far below what the engine can read back.
MAX_PAYLOAD_DEPTH = 32


def fields(value, what: str, allowed: set) -> dict:
    """`value` as an object with no other keys than `allowed`."""
    if not isinstance(value, dict):
        raise bad_request(f"{what} must be an object")
    unknown = sorted(set(value) - allowed)
    if unknown:
        raise bad_request(f"{what}: {', '.join(unknown)} is not supported here")
    return value


def vectors_config(value) -> tuple:
    """`vectors` of a collection as the engine's configuration, and as it is shown."""
    if isinstance(value, dict) and "size" in value:
        params, shown = _vector_params(value, "vectors")
        return engine.EdgeConfig(vectors=params, max_search_threads=1), shown
    if not isinstance(value, dict) or not value:
        raise bad_request("vectors is required: {size, distance}, or one such object for each name")
    named = {name: _vector_params(item, f"vectors.{name}") for name, item in value.items()}
    config = engine.EdgeConfig(vectors={name: params for name, (params, _) in named.items()}, max_search_threads=1)
    return config, {name: shown for name, (_, shown) in named.items()}


def _vector_params(value, what: str) -> tuple:
    value = fields(value, what, {"size", "distance", "on_disk"})
    size, distance = value.get("size"), value.get("distance")
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_SIZE:
        raise bad_request(f"{what}.size must be from 1 to {MAX_SIZE}")
    if distance not in DISTANCES:
        raise bad_request(f"{what}.distance must be one of {', '.join(DISTANCES)}")
    return engine.EdgeVectorParams(size=size, distance=DISTANCES[distance]), dict(value)


def point_id(value):
    """An unsigned integer or a UUID."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
        return value
    try:
        return uuid.UUID(value) if isinstance(value, str) else _no_id(value)
    except ValueError:
        return _no_id(value)


def _no_id(value):
    raise bad_request(f"value {value!r} is not a valid point ID, valid values are either an unsigned integer or a UUID")


def point_ids(value) -> list:
    if not isinstance(value, list):
        raise bad_request("a list of point IDs is expected")
    return [point_id(item) for item in value]


def vector(value):
    """One dense vector, or one for each name."""
    if isinstance(value, dict):
        return {name: _dense(item) for name, item in value.items()}
    return _dense(value)


def _dense(value) -> list:
    if not isinstance(value, list) or not value:
        raise bad_request("a vector must be a list of numbers")
    for item in value:
        if not isinstance(item, (int, float)) or isinstance(item, bool):
            raise bad_request("a vector must be a list of numbers")
    return [float(item) for item in value]


def points(body) -> list:
    """`points` of an upsert, or the same as columns in `batch`."""
    if "batch" in body:
        batch = fields(body["batch"], "batch", {"ids", "vectors", "payloads"})
        ids, vectors = batch.get("ids") or [], batch.get("vectors") or []
        payloads = batch.get("payloads") or [None] * len(ids)
        if isinstance(vectors, dict):
            names = list(vectors)
            vectors = [dict(zip(names, row)) for row in zip(*vectors.values(), strict=True)]
        if not len(ids) == len(vectors) == len(payloads):
            raise bad_request("batch: ids, vectors and payloads must be of one length")
        rows = [{"id": i, "vector": v, "payload": p} for i, v, p in zip(ids, vectors, payloads)]
    else:
        rows = body.get("points")
    if not isinstance(rows, list):
        raise bad_request("points is required")
    return [_point(fields(row, "a point", {"id", "vector", "payload"})) for row in rows]


def _point(row: dict):
    content = row.get("payload")
    return engine.Point(point_id(row.get("id")), vector(row.get("vector")), None if content is None else payload(content))


def payload(value) -> dict:
    """A payload whose nesting the engine's log can be read back with: it refuses to start over one of 126 levels."""
    if not isinstance(value, dict):
        raise bad_request("payload must be an object")
    level = [value]
    for _ in range(MAX_PAYLOAD_DEPTH):
        level = [item for node in level for item in (node.values() if isinstance(node, dict) else node)
                 if isinstance(item, (dict, list))]
        if not level:
            return value
    raise bad_request(f"payload must not be nested deeper than {MAX_PAYLOAD_DEPTH} levels")


def payload_key(value) -> str | None:
    """Where in a payload something is set; each step of the path is a level."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 256 or value.count(".") + value.count("[") >= MAX_PAYLOAD_DEPTH:
        raise bad_request(f"key must be a path of up to 256 characters and {MAX_PAYLOAD_DEPTH} steps")
    return value


def payload_selector(value):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list):
        return [str(item) for item in value]
    include = fields(value, "with_payload", {"include"}).get("include")
    return [str(item) for item in include or []]


def vector_selector(value):
    return value if value is None or isinstance(value, bool) else [str(item) for item in value]


def limit(value, default: int) -> int:
    value = default if value is None else value
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_LIMIT:
        raise bad_request(f"limit must be from 1 to {MAX_LIMIT}")
    return value


def offset(value) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise bad_request("offset must not be negative")
    return value


def record(item) -> dict:
    """A point as `scroll` and `retrieve` show it."""
    shown = {"id": _shown_id(item.id), "payload": item.payload}
    if item.vector is not None:
        shown["vector"] = item.vector
    return shown


def scored(item) -> dict:
    return {**record(item), "version": item.version, "score": item.score}


def shown_offset(value):
    return None if value is None else _shown_id(value)


def _shown_id(value):
    return value if isinstance(value, int) else str(value)
