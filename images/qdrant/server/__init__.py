"""Qdrant's REST API, the part this fleet uses, over Qdrant's engine in process."""
