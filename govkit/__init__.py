"""govkit: evidence on whether an AI system may be deployed, from a test protocol to a report anyone can recompute."""

__version__ = "0.1.0"
