"""Every tool on the shelves reads as English, and what it is told as is founded."""

from collections.abc import Callable

import pytest

from vpd.distill.grid import Grid
from vpd.distill.grounding import ground
from vpd.distill.rationales.template import tell
from vpd.engine.records import Question, Trace

GRID = Grid("cell", 8)
DOGS = "Dogs: dog at x1 y5, dog at x3 y2, dog at x7 y4; 3 in all."
SIGNS = "Signs: sign at x6 y1; 1 in all."
Run = Callable[[str], Trace]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('return find(image, "unicorn") or "none"', ["Unicorns: none."]),
        ('return exists(image, "dog")', ["There is a dog."]),
        ('return exists(image, "unicorns")', ["There is no unicorn."]),
        ('return exists(find(image, "sign")[0], "dog")', [SIGNS, "In the sign at x6 y1, there is a dog."]),
        ("return color_of(image)", ["The color of the picture is brown."]),
        ('return color_of(find(image, "sign")[0])', [SIGNS, "The color of the sign at x6 y1 is pink."]),
        (
            'return [color_of(dog) for dog in find(image, "dog")][0]',
            [
                DOGS,
                "The color of the dog at x1 y5 is brown; the color of the dog at x3 y2 is brown; "
                "the color of the dog at x7 y4 is pink.",
            ],
        ),
        ('return simple_query(image, "What is the man doing?")', ['Looking at the picture, "What is the man doing?": surfing.']),
        (
            'return find(image, "sign")[0].vqa("What is it?")',
            [SIGNS, 'Looking at the sign at x6 y1, "What is it?": surfing.'],
        ),
        ("return image_caption(image)", ["The picture shows: a man riding a wave."]),
        ("return classify(image)", ["The picture mainly shows: tabby."]),
        ('return read_text(find(image, "sign")[0])', [SIGNS, 'The text in the sign at x6 y1 is "STOP".']),
        ("return read_text(image) or 'none'", ["There is no text in the picture."]),
        ('return compute_depth(find(image, "sign")[0])', [SIGNS, "The depth of the sign at x6 y1 is 8.5."]),
        (
            'return verify_property(find(image, "sign")[0], "sign", "rusty")',
            [SIGNS, "The sign at x6 y1 is not rusty."],
        ),
        ('return verify_property(image, "sign", "rusty")', ["No sign is rusty."]),
        (
            'return best_text_match(image, ["a cat", "a dog"])',
            ['Of "a cat" and "a dog", "a dog" fits the picture best.'],
        ),
        (
            'return color_of(best_image_match(find(image, "cat"), ["tabby"]))',
            [
                "Cats: cat at x2 y2, cat at x6 y7; 2 in all.",
                'Of the cat at x2 y2 and the cat at x6 y7, the cat at x6 y7 fits "tabby" best.',
                "The color of the cat at x6 y7 is pink.",
            ],
        ),
        (
            'return language_question_answering("How old do dogs get?")',
            ['General knowledge says of "How old do dogs get?": about 12 years.'],
        ),
        (
            'return judgement("whether it is for sale", [f"words: {read_text(find(image, \'sign\')[0])}"])',
            [
                SIGNS,
                'The text in the sign at x6 y1 is "STOP".',
                'By judgement of all that was found, "whether it is for sale": no.',
            ],
        ),
        ('return judge_text("whether it is old", "a bus")', ['By judgement of all that was found, "whether it is old": no.']),
        (
            'sign = find(image, "sign")[0]\nreturn color_of(sign.crop(left=0, top=0, right=4, bottom=4))',
            [SIGNS, "The part of the sign at x6 y1 that is looked at is at x6 y1.", "The color of the region at x6 y1 is pink."],
        ),
        (
            'return color_of(find(image, "sign")[0].expand(2))',
            [SIGNS, "The sign at x6 y1 with its surroundings is at x6 y1.", "The color of the sign at x6 y1 is pink."],
        ),
        (
            'return overlaps(find(image, "sign")[0], find(image, "bench")[0])',
            [SIGNS, "Benches: bench at x5 y6; 1 in all.", "The sign at x6 y1 does not overlap the bench at x5 y6."],
        ),
        (
            'return distance(find(image, "sign")[0], find(image, "bench")[0]) > 10',
            [
                SIGNS,
                "Benches: bench at x5 y6; 1 in all.",
                "The distance between the sign at x6 y1 and the bench at x5 y6 is 37.6563.",
            ],
        ),
        (
            'return left_of(find(image, "sign")[0], find(image, "bench")[0])',
            [SIGNS, "Benches: bench at x5 y6; 1 in all.", "The sign at x6 y1 is not to the left of the bench at x5 y6."],
        ),
        ('return sharpness_of(find(image, "sign")[0], 3)', [SIGNS, "The sharpness of 3 of the sign at x6 y1 is 0.25."]),
        ('return bool_to_yesno(exists(image, "dog"))', ["There is a dog."]),
        ('return formatting_answer(len(find(image, "dog")))', [DOGS]),
    ],
)
def test_a_call_is_told(body: str, told: list[str], run: Run, question: Question) -> None:
    trace = run(body)
    assert trace.failure is None
    assert tell(trace, GRID) == told
    asked = question.model_copy(update={"text": "What does the rusty tabby do?"})
    assert ground(f"{' '.join(told)} So the answer is {trace.answer}.", trace, asked, GRID, str(trace.answer)).lines == ()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            'n = 0\nbench = find(image, "bench")[0]\nfor dog in find(image, "dog"):\n    if dog.x < bench.x:\n'
            "        n += 1\nreturn str(n)",
            "To the left of the bench: dog at x1 y5, dog at x3 y2; 2 in all.",
        ),
        (
            'bench = find(image, "bench")[0]\nfor dog in find(image, "dog"):\n    if dog.x < bench.x:\n'
            '        return "yes"\nreturn "no"',
            "To the left of the bench: dog at x1 y5.",
        ),
        (
            'bench = find(image, "bench")[0]\nreturn "yes" if any(dog.x < bench.x for dog in find(image, "dog")) else "no"',
            "To the left of the bench: dog at x1 y5.",
        ),
        (
            'dogs = find(image, "dog")\nright = max(dogs, key=lambda dog: dog.x)\nreturn color_of(right)',
            "The rightmost dog is at x7 y4.",
        ),
        (
            'dogs = find(image, "dog")\nfirst = sorted(dogs, key=lambda dog: dog.y)[0]\nreturn color_of(first)',
            "The topmost dog is at x3 y2.",
        ),
        (
            'dogs = find(image, "dog")\nbrown = [dog for dog in dogs if color_of(dog) == "brown"]\nreturn str(len(brown))',
            "That leaves: dog at x1 y5, dog at x3 y2; 2 in all.",
        ),
        (
            'sign = compute_depth(find(image, "sign")[0])\nbench = compute_depth(find(image, "bench")[0])\n'
            'if sign < bench:\n    return "sign"\nreturn "bench"',
            "The depth of the sign at x6 y1, 8.5, is not less than the depth of the bench at x5 y6, 4.",
        ),
        (
            'dogs, cats = find(image, "dog"), find(image, "cat")\nif len(dogs) > len(cats) and dogs[0].x < cats[-1].x:\n'
            '    return "yes"\nreturn "no"',
            "3 dogs are more than 2 cats. The dog at x1 y5 is to the left of the cat at x6 y7.",
        ),
        ('dogs = find(image, "dog")\nif len(dogs) > 2:\n    return "yes"\nreturn "no"', "3 dogs are more than 2."),
        (
            'cats = find(image, "cat")\nif find(image, "bench")[0].x > cats[1].x:\n    return "yes"\nreturn "no"',
            "Cats: cat at x2 y2, cat at x6 y7; 2 in all.",
        ),
        (
            'cats = find(image, "cat")\nbench = find(image, "bench")[0]\nif bench.x < cats[0].x:\n    return "yes"\nreturn "no"',
            "The bench is not to the left of the cat at x2 y2.",
        ),
    ],
)
def test_a_reason_is_told(body: str, sentence: str, run: Run, question: Question) -> None:
    trace = run(body)
    assert trace.failure is None
    told = tell(trace, GRID)
    assert sentence in told
    assert ground(f"{' '.join(told)} So the answer is {trace.answer}.", trace, question, GRID).lines == ()
