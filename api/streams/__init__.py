"""Streams: reports in from a broker, what became of them out to it."""
