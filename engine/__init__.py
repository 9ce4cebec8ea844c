"""Ask for programs, run them, keep what happened."""
