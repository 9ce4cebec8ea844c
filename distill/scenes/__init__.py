"""Drawn scenes with known truth, and questions about them."""
