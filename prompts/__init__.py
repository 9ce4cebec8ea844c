"""The words sent to models."""

from vpd.prompts.render import Example, Turn, read_examples, render_tools, write_program_prompt

__all__ = ["Example", "Turn", "read_examples", "render_tools", "write_program_prompt"]
