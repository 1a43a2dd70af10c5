"""Qdrant's filter JSON as the engine's conditions."""

import qdrant_edge as engine

from .convert import fields, point_ids
from .errors import bad_request

CLAUSES = {"must", "should", "must_not", "min_should"}
MAX_DEPTH = 16


def to_filter(value, depth: int = 0):
    """A filter, or None for none."""
    if value is None:
        return None
    if depth > MAX_DEPTH:
        raise bad_request(f"a filter may be {MAX_DEPTH} levels deep")
    value = fields(value, "filter", CLAUSES)
    arguments = {name: _conditions(value[name], depth) for name in CLAUSES - {"min_should"} if name in value}
    if "min_should" in value:
        least = fields(value["min_should"], "min_should", {"conditions", "min_count"})
        arguments["min_should"] = engine.MinShould(_conditions(least.get("conditions"), depth), least.get("min_count"))
    return engine.Filter(**arguments)


def _conditions(value, depth: int) -> list | None:
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    return [_condition(item, depth + 1) for item in items]


def _condition(value, depth: int):
    if not isinstance(value, dict):
        raise bad_request("a condition must be an object")
    if "key" in value:
        return _field(value)
    if "is_empty" in value:
        return engine.IsEmptyCondition(_key(value["is_empty"]))
    if "is_null" in value:
        return engine.IsNullCondition(_key(value["is_null"]))
    if "has_id" in value:
        return engine.HasIdCondition(set(point_ids(value["has_id"])))
    if "has_vector" in value:
        return engine.HasVectorCondition(str(value["has_vector"]))
    if "nested" in value:
        nested = fields(value["nested"], "nested", {"key", "filter"})
        return engine.NestedCondition(_key(nested), to_filter(nested.get("filter"), depth))
    return to_filter(value, depth)


def _field(value: dict):
    value = fields(value, "condition", {"key", "match", "range", "values_count", "is_empty", "is_null"})
    arguments = {name: value[name] for name in ("is_empty", "is_null") if name in value}
    if "match" in value:
        arguments["match"] = _match(value["match"])
    if "range" in value:
        arguments["range"] = _range(value["range"])
    if "values_count" in value:
        arguments["values_count"] = engine.ValuesCount(**fields(value["values_count"], "values_count", RANGE))
    return engine.FieldCondition(_key(value), **arguments)


def _match(value):
    value = fields(value, "match", {"value", "text", "any", "except"})
    if len(value) != 1:
        raise bad_request("match needs one of value, text, any, except")
    [(kind, wanted)] = value.items()
    if kind == "value":
        return engine.MatchValue(wanted)
    if kind == "text":
        return engine.MatchText(wanted)
    return engine.MatchAny(wanted) if kind == "any" else engine.MatchExcept(wanted)


RANGE = {"gte", "gt", "lte", "lt"}


def _range(value):
    bounds = {name: bound for name, bound in fields(value, "range", RANGE).items() if bound is not None}
    dates = any(isinstance(bound, str) for bound in bounds.values())
    return engine.RangeDateTime(**bounds) if dates else engine.RangeFloat(**bounds)


def _key(value) -> str:
    key = value.get("key") if isinstance(value, dict) else None
    if not isinstance(key, str) or key == "":
        raise bad_request("a condition needs a key")
    return key
