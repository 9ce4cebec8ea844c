"""What runs inside the confined process: imports the standard library, RestrictedPython, msgspec and this folder only."""
