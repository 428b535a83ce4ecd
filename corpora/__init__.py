"""What a report and a label are, how they come in, and the texts we wrote."""

from corpora.importers import HeaderError, Importer, InputError, Rejected, read_reports
from corpora.judged import judged_categories, judged_spans, text_hash
from corpora.judged_pairs import JOINED, JOINED_BY_ISSUE, TEMPTING, JudgedPair, read_judged_pairs
from corpora.report import Example, Report, Span, content_id
from corpora.taxonomy import Category, Taxonomy, default_taxonomy, read_taxonomy, top
from corpora.written import Problem, read_written, read_written_issues

__all__ = [
    "JOINED",
    "JOINED_BY_ISSUE",
    "TEMPTING",
    "Category",
    "Example",
    "HeaderError",
    "Importer",
    "InputError",
    "JudgedPair",
    "Problem",
    "Rejected",
    "Report",
    "Span",
    "Taxonomy",
    "content_id",
    "default_taxonomy",
    "judged_categories",
    "judged_spans",
    "read_judged_pairs",
    "read_reports",
    "read_taxonomy",
    "read_written",
    "read_written_issues",
    "text_hash",
    "top",
]
