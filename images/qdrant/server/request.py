"""One authenticated request, as handlers see it."""

from dataclasses import dataclass, field

from .auth import Access
from .collection import Collection
from .errors import bad_request
from .store import Store


@dataclass
class Request:
    store: Store
    access: Access
    body: object = None
    query: dict = field(default_factory=dict)
    path: dict = field(default_factory=dict)

    def object(self) -> dict:
        """The body, which has to be a JSON object."""
        if not isinstance(self.body, dict):
            raise bad_request("the body must be a JSON object")
        return self.body

    @property
    def wait(self) -> bool:
        return self.query.get("wait") == "true"

    def readable(self) -> Collection:
        """The collection in the path, for reading."""
        self.access.require_read(self.path["name"])
        return self.store.get(self.path["name"])

    def writable(self) -> Collection:
        self.access.require_write(self.path["name"])
        return self.store.get(self.path["name"])
