"""The workbench: pages in Chinese for triage staff, analysts and those who send reports, on the app of the API."""

from api.pages.mount import mount_pages

__all__ = ["mount_pages"]
