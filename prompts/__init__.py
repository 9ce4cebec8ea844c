"""The words sent to models."""
