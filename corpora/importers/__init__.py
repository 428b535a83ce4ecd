"""Read reports from files as people have them: JSONL, CSV, XLSX, TXT, in the encodings found in offices."""

from corpora.importers.headers import HeaderError, map_headers
from corpora.importers.read import Importer, InputError, Rejected, read_reports

__all__ = ["HeaderError", "Importer", "InputError", "Rejected", "map_headers", "read_reports"]
