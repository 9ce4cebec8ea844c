"""Untrusted programs in confined processes."""
