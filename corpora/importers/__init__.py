"""Read reports from files as people have them: JSONL, CSV, XLSX, TXT, in the encodings found in offices."""

from corpora.importers.headers import HeaderError, map_headers
from corpora.importers.read import Importer, Rejected, read_reports
from corpora.importers.rows import InputError

__all__ = ["HeaderError", "Importer", "InputError", "Rejected", "map_headers", "read_reports"]
