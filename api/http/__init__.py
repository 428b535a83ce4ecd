"""The service over HTTP: `create_app` makes it; `/v1` is its API, `/` is left to the pages."""

from api.http.app import create_app
from api.http.auth import principal_of
from api.http.service import Service, service_of

__all__ = ["Service", "create_app", "principal_of", "service_of"]
