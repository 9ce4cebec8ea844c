"""`vpd ask` on the photographs of tests/photographs/questions.jsonl: how many answers are right, and what the others failed of.

Run as `python tests/benchmarks/photographs.py [model] [draws] [results.jsonl]`. The photographs are those of scikit-image.

Each question has a reference program, or none where the tools lack the skill. A wrong answer is put down to the tools where the
reference program is wrong too, to the program where it is right, and to a missing skill where there is no reference program.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from vpd.distill.ask import answer_question
from vpd.distill.judging import normalise, read_answer
from vpd.engine.completers import Sampling, open_completer
from vpd.engine.dispatch import Dispatcher
from vpd.engine.sandbox import Limits, Sandbox
from vpd.tools import Image, Registry, read_image_ref
from vpd.tools.cases import find_picture
from vpd.tools.fetch import weights
from vpd.tools.toolsets import open_toolset, weights_of

QUESTIONS = Path(__file__).parents[1] / "photographs" / "questions.jsonl"
PATIENT = Limits(program_seconds=300)
"""The first call of a tool loads its model, and the machine may be busy."""


def refer(row: dict[str, object], tools: Registry) -> str | None:
    """What the reference program answers."""
    source = f"def execute_command(image):\n    return {row['program']}\n"
    image = Image(read_image_ref(find_picture(str(row["image"]), QUESTIONS.parent)))
    with Sandbox(PATIENT) as sandbox, Dispatcher() as dispatcher:
        (done,) = sandbox.run_many(source, [image], tools, dispatcher.answer)
    return None if done.failure else read_answer(done.answer)


def is_right(answer: str | None, row: dict[str, object]) -> bool:
    """Whether an answer is one of those known, without regard to case, articles and a closing mark."""
    known = row["answers"]
    return answer is not None and isinstance(known, list) and normalise(answer) in {normalise(text) for text in known}


def main(model: str, draws: int, results: Path | None) -> None:
    """Ask, compare, print, and write each answer to a file."""
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    tools = open_toolset("lite")
    for name in weights_of(tools.values()):
        weights(name)
    fates: Counter[str] = Counter()
    told = []
    with open_completer(model, cache=None) as completer:
        for row in rows:
            picture = find_picture(row["image"], QUESTIONS.parent)
            answer = answer_question(
                row["question"], picture, tools, completer, Sampling(temperature=0.5, max_tokens=320), draws=draws
            )
            if is_right(answer.text, row):
                fate = "right"
            elif row["program"] is None:
                fate = "missing skill"
            else:
                fate = "program" if is_right(refer(row, tools), row) else "tool"
            fates[fate] += 1
            failure = answer.trace.failure
            told.append(
                {
                    **row,
                    "answer": answer.text,
                    "fate": fate,
                    "source": answer.trace.source,
                    "failure": failure and failure.message,
                }
            )
            print(f"{fate:<14}{picture.name:<20}{row['question']}  {answer.text}, known: {row['answers'][0]}", flush=True)
            if results is not None:
                results.write_text("".join(json.dumps(line) + "\n" for line in told), "utf-8")
    print(f"{model}, {draws} draws, {len(rows)} questions: {dict(fates)}")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        given[0] if given else "local/qwen2.5-coder-1.5b",
        int(given[1]) if len(given) > 1 else 5,
        Path(given[2]) if len(given) > 2 else None,
    )
