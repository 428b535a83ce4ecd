"""What is counted for Prometheus: routes, roles of queues and seconds; no label comes from a caller."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 0.9, 1.5, 3, 6, 12, 30)

#: Methods that routes take; another is counted as `other`.
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metrics:
    """The counters of one app, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Histogram(
            "minqing_http_seconds",
            "Seconds until an answer was sent.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.reports = Counter("minqing_reports", "Reports.", ("outcome",), registry=self._registry)
        self.batch = Histogram(
            "minqing_batch_reports",
            "Reports analysed together.",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128),
            registry=self._registry,
        )
        self.deliveries = Counter("minqing_webhook_deliveries", "Webhooks.", ("outcome",), registry=self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is a template, never a path."""
        self._answers.labels(method if method in _METHODS else "other", route, str(status)).observe(seconds)

    def watch(self, name: str, what: str, read: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for."""
        Gauge(f"minqing_{name}", what, registry=self._registry).set_function(read)

    def text(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self._registry)
