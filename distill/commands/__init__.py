"""The command line: `vpd COMMAND`."""
