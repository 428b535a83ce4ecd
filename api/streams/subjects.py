"""Where messages go: four subjects that begin alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subjects:
    """Subjects, streams, queues or topics, whatever the broker calls them."""

    prefix: str = "minqing"

    @property
    def reports(self) -> str:
        """Reports come in here."""
        return f"{self.prefix}.reports"

    @property
    def tagged(self) -> str:
        """What was found in a report."""
        return f"{self.prefix}.tagged"

    @property
    def issues(self) -> str:
        """What happened to issues."""
        return f"{self.prefix}.issues"

    @property
    def dead(self) -> str:
        """Messages that nothing can be made of, with the reason."""
        return f"{self.prefix}.dead"
