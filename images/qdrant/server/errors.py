"""Errors that a client sees, in Qdrant's words."""


class ApiError(Exception):
    """An answer other than success. `plain` answers carry bare text, as Qdrant's authentication does."""

    def __init__(self, status: int, message: str, plain: bool = False):
        super().__init__(message)
        self.status = status
        self.message = message
        self.plain = plain


def bad_request(message: str) -> ApiError:
    return ApiError(400, f"Wrong input: {message}")


def forbidden(message: str) -> ApiError:
    return ApiError(403, f"Forbidden: {message}")


def no_collection(name: str) -> ApiError:
    return ApiError(404, f"Not found: Collection `{name}` doesn't exist!")
