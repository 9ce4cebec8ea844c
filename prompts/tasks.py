"""The task prompts by which one student is asked for an answer, a rationale or a description."""

__all__ = ["ask_for_answer", "ask_for_description", "ask_for_rationale"]


def ask_for_answer(question: str) -> str:
    """The question with the short-answer suffix (VPD, section 3.2)."""
    return f"{question} Answer with a single word or phrase."


def ask_for_rationale(question: str) -> str:
    """The question with the rationale suffix (VPD, section 3.2)."""
    return f"{question} Explain the rationale to answer the question."


def ask_for_description(what: str = "objects") -> str:
    """The task of a student that learns to see before it learns to answer; `what` is listed, such as "red circles"."""
    return f"List the {what} in the picture."
