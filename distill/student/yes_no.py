"""With which tokens a student begins a yes and a no, by its own tokenizer and chat template."""

from typing import TYPE_CHECKING

from vpd.distill.student.telling import YesNo
from vpd.prompts.tasks import ask_for_answer

if TYPE_CHECKING:
    from vpd.distill.student.adapter import Adapter

__all__ = ["SPELLINGS", "yes_no_tokens"]

SPELLINGS = ("{}", " {}")
"""How a word may stand at the start of an answer: some templates end in a blank, some tokenizers keep it."""
ASKED = ask_for_answer("Is it?")
"""What comes before an answer's first token is the template's end, the same for every question."""


def yes_no_tokens(adapter: "Adapter") -> YesNo | None:
    """First tokens of yes and no in lower case, capitalised and in capitals; None where the two begin alike.

    A token that begins both, such as a lone blank or the unknown word, tells nothing and is left out.
    """
    firsts = []
    for word in ("yes", "no"):
        spelt = [form.format(case) for case in (word, word.capitalize(), word.upper()) for form in SPELLINGS]
        firsts.append({adapter.target(ASKED, text)[0] for text in spelt})
    unknown = {adapter.tokenizer.unk_token_id} - {None}
    yes, no = (sorted(first - unknown - firsts[0].intersection(firsts[1])) for first in firsts)
    return YesNo(tuple(yes), tuple(no)) if yes and no else None
