"""Collections and their payload indexes."""

import qdrant_edge as engine

from .convert import SCHEMAS, fields
from .errors import ApiError, bad_request
from .request import Request

# Accepted and shown; without effect here, as they tune storage or a cluster.
TUNING = {
    "shard_number", "sharding_method", "replication_factor", "write_consistency_factor", "on_disk_payload",
    "hnsw_config", "wal_config", "optimizers_config", "quantization_config", "strict_mode_config", "metadata",
}


def list_collections(request: Request):
    names = [name for name in request.store.names() if request.access.sees(name)]
    return {"collections": [{"name": name} for name in names]}


def show(request: Request):
    return request.readable().info()


def exists(request: Request):
    request.access.require_read(request.path["name"])
    return {"exists": request.path["name"] in request.store.names()}


def create(request: Request):
    request.access.require_manage()
    settings = fields(request.object(), "the body", TUNING | {"vectors"})
    request.store.create(request.path["name"], settings)
    return True


def change(request: Request):
    """Only tuning can change, and that has no effect here: the answer is Qdrant's, the collection stays as it is."""
    request.access.require_manage()
    request.store.get(request.path["name"])
    fields(request.object(), "the body", TUNING | {"params"})
    return True


def delete(request: Request):
    request.access.require_manage()
    return request.store.delete(request.path["name"])


def create_index(request: Request):
    collection = request.writable()
    body = fields(request.object(), "the body", {"field_name", "field_schema"})
    schema = body.get("field_schema")
    kind = schema.get("type") if isinstance(schema, dict) else schema
    if not isinstance(body.get("field_name"), str) or kind not in SCHEMAS:
        raise bad_request(f"field_name, and field_schema as one of {', '.join(SCHEMAS)}, are required")
    operation = engine.UpdateOperation.create_field_index(body["field_name"], SCHEMAS[kind])
    return collection.update(operation, request.wait)


def delete_index(request: Request):
    operation = engine.UpdateOperation.delete_field_index(request.path["field"])
    return request.writable().update(operation, request.wait)


def snapshots(request: Request):
    request.readable()
    raise ApiError(501, "Not implemented: this engine restores snapshots but cannot make them")
