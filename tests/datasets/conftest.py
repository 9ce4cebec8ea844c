"""Small files in the layouts of the official releases; questions and pictures are invented."""

import base64
import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.distill.datasets import Pictures, open_source, read_questions
from vpd.engine.records import Question

Make = Callable[[Path], Path]


def picture_bytes(colour: str, form: str = "PNG", size: tuple[int, int] = (12, 8)) -> bytes:
    """A picture's file, of one colour."""
    file = io.BytesIO()
    Picture.new("RGB", size, colour).save(file, form)
    return file.getvalue()


def put_picture(path: Path, colour: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture_bytes(colour, "JPEG" if path.suffix == ".jpg" else "PNG"))


def put_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")


def put_lines(path: Path, rows: list[Any]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def make_gqa(folder: Path) -> Path:
    def row(question: str, answer: str, structural: str, entailed: list[str]) -> dict[str, Any]:
        return {
            "semantic": [
                {"operation": "select", "dependencies": [], "argument": "lamp (1023)"},
                {"operation": "query", "dependencies": [0], "argument": "color"},
            ],
            "entailed": entailed,
            "equivalent": ["05515938"],
            "question": question,
            "imageId": "n161313",
            "isBalanced": True,
            "groups": {"global": None if structural == "verify" else "color", "local": "10q-lamp_color"},
            "answer": answer,
            "semanticStr": "select: lamp (1023)->query: color [0]",
            "annotations": {"answer": {}, "question": {"3": "1023", "5:7": "1024"}, "fullAnswer": {"1": "1023"}},
            "types": {"detailed": "queryAttr", "semantic": "attr", "structural": structural},
            "fullAnswer": f"It is {answer}.",
        }

    rows = {
        "05515938": row("What color is the lamp?", "red", "query", ["05515939"]),
        "05515939": row("Is the lamp red?", "yes", "verify", []),
    }
    put_json(folder / "testdev_balanced_questions.json", rows)
    put_json(folder / "testdev_choices.json", {"05515938": {"valid": ["red", "blue"], "plausible": ["red"]}})
    for part in (0, 1):
        put_json(folder / f"train_all_questions_{part}.json", {f"0{part}": row(f"What is {part}?", "red", "query", [])})
    put_picture(folder / "images" / "n161313.jpg", "red")
    return folder


def answers_of(words: list[str], *, raw: bool = False) -> list[dict[str, Any]]:
    """Ten answers as VQA has them."""
    rows = []
    for place, word in enumerate(words, 1):
        row: dict[str, Any] = {"answer_id": place, "answer": word, "answer_confidence": "maybe" if place == 2 else "yes"}
        rows.append(row | ({"raw_answer": f"{word}s"} if raw else {}))
    return rows


def make_vqa(folder: Path, prefix: str = "v2_", *, okvqa: bool = False) -> Path:
    head: dict[str, Any] = {"info": {}, "license": {"name": "a licence"}, "data_type": "mscoco", "data_subtype": "val2014"}
    asked = [
        {"image_id": 42, "question": "What is on the bench?", "question_id": 42000},
        {"image_id": 7, "question": "How many cats are there?", "question_id": 7001},
    ]
    annotated: list[dict[str, Any]] = [
        {
            "question_type": "how many",
            "multiple_choice_answer": "2",
            "answers": answers_of(["2"] * 9 + ["3"], raw=okvqa),
            "image_id": 7,
            "answer_type": "number",
            "question_id": 7001,
        },
        {
            "question_type": "one" if okvqa else "what is on the",
            "multiple_choice_answer": "cat",
            "answers": answers_of(["cat"] * 6 + ["dog"] * 3 + ["Cat"], raw=okvqa),
            "image_id": 42,
            "answer_type": "other",
            "question_id": 42000,
        },
    ]
    if okvqa:
        for row in annotated:
            del row["multiple_choice_answer"]
            row["answer_type"] = "other"
    task = {"task_type": "Open-Ended"}
    put_json(folder / f"{prefix}OpenEnded_mscoco_val2014_questions.json", head | task | {"questions": asked})
    put_json(folder / f"{prefix}mscoco_val2014_annotations.json", head | {"annotations": annotated})
    for number, colour in ((42, "green"), (7, "white")):
        put_picture(folder / "val2014" / f"COCO_val2014_{number:012d}.jpg", colour)
    if not okvqa:
        tested = [row | {"question_id": int(str(row["question_id"])) + 1} for row in asked]
        put_json(folder / f"{prefix}OpenEnded_mscoco_test-dev2015_questions.json", head | task | {"questions": tested[:1]})
        put_json(folder / f"{prefix}OpenEnded_mscoco_test2015_questions.json", head | task | {"questions": tested})
        for number, colour in ((42, "black"), (7, "brown")):
            put_picture(folder / "test2015" / f"COCO_test2015_{number:012d}.jpg", colour)
    return folder


def make_okvqa(folder: Path) -> Path:
    return make_vqa(folder, "", okvqa=True)


def make_aokvqa(folder: Path) -> Path:
    row = {
        "split": "val",
        "image_id": 299207,
        "question_id": "22jbM6gDxdaMaunuzgrsBB",
        "question": "What is in the bag?",
        "choices": ["hay", "mail", "sand", "bread"],
        "correct_choice_idx": 3,
        "direct_answers": ["bread"] * 4 + ["loaf"] * 6,
        "difficult_direct_answer": False,
        "rationales": ["A loaf looks out.", "It is a bakery.", "Bread is carried home."],
    }
    bare = {key: row[key] for key in ("image_id", "question", "choices")} | {
        "split": "test",
        "question_id": "2MzXVgVh5GIzfaT7Dw6KpR",
    }
    put_json(folder / "aokvqa_v1p0_val.json", [row])
    put_json(folder / "aokvqa_v1p0_test.json", [bare | {"difficult_direct_answer": True}])
    put_picture(folder / "val2017" / "000000299207.jpg", "yellow")
    put_picture(folder / "test2017" / "000000299207.jpg", "orange")
    return folder


def make_tallyqa(folder: Path) -> Path:
    def row(number: int, **more: Any) -> dict[str, Any]:
        image = f"VG_100K_2/{number}.jpg"
        return {"image": image, "answer": number, "image_id": 92410400 + number, "question_id": 30095770 + number} | more

    simple = row(1, data_source="imported_genome", question="How many lamps are there?", issimple=True)
    hard = row(4, data_source="amt", question="How many lamps are lit?", issimple=False)
    coco = row(2, data_source="imported_vqa", question="How many dogs?") | {"image": "train2014/COCO_train2014_000000000002.jpg"}
    put_json(folder / "test.json", [simple, hard])
    put_json(folder / "train.json", [coco])
    for name, colour in (("VG_100K_2/1.jpg", "red"), ("VG_100K_2/4.jpg", "blue"), (coco["image"], "green")):
        put_picture(folder / name, colour)
    return folder


def make_textvqa(folder: Path) -> Path:
    def row(number: int, split: str) -> dict[str, Any]:
        return {
            "question": "what does the sign say?",
            "image_id": "003a8ae2ef43b901",
            "image_classes": ["Sign", "Street"],
            "flickr_original_url": "no address",
            "image_width": 12,
            "image_height": 8,
            "question_tokens": ["what", "does", "the", "sign", "say"],
            "question_id": number,
            "set_name": split,
        }

    head = {"dataset_type": "val", "dataset_name": "textvqa", "dataset_version": "0.5.1"}
    answers = ["stop"] * 5 + ["stop sign"] * 3 + ["Stop", "st. op"]
    put_json(folder / "TextVQA_0.5.1_val.json", head | {"data": [row(34602, "val") | {"answers": answers}]})
    put_json(folder / "TextVQA_0.5.1_test.json", head | {"data": [row(39602, "test")]})
    put_picture(folder / "train_images" / "003a8ae2ef43b901.jpg", "red")
    put_picture(folder / "test_images" / "003a8ae2ef43b901.jpg", "pink")
    return folder


def make_ocrvqa(folder: Path) -> Path:
    def row(split: int, ending: str) -> dict[str, Any]:
        return {
            "imageURL": f"no address/I/51.L{ending}",
            "questions": ["Who wrote this book?", "Is this a comedy?"],
            "answers": ["A. Writer", "Yes"],
            "title": "A Book",
            "authorName": "A. Writer",
            "genre": "Calendars",
            "split": split,
        }

    rows = {"0006479677": row(3, ".jpg"), "0007131860": row(1, ".gif"), "0007350783": row(2, ".jpg")}
    put_json(folder / "dataset.json", rows)
    for name, colour in (("0006479677.jpg", "red"), ("0007350783.jpg", "blue")):
        put_picture(folder / "images" / name, colour)
    (folder / "images" / "0007131860.gif").write_bytes(picture_bytes("green", "GIF"))
    return folder


def make_pope(folder: Path) -> Path:
    def rows(image: str) -> list[dict[str, Any]]:
        return [
            {"question_id": place, "image": image, "text": f"Is there a {thing} in the image?", "label": label}
            for place, (thing, label) in enumerate((("dog", "yes"), ("car", "no")), 1)
        ]

    for setting in ("random", "popular", "adversarial"):
        put_lines(folder / f"coco_pope_{setting}.json", rows("COCO_val2014_000000310196.jpg"))
    put_json(folder / "gqa_pope_random.json", rows("2354786.jpg"))
    put_picture(folder / "val2014" / "COCO_val2014_000000310196.jpg", "red")
    put_picture(folder / "images" / "2354786.jpg", "blue")
    return folder


MMBENCH_HEAD = "index question hint A B C D answer category image source l2-category comment split".split()


def mmbench_row(index: int, image: str, options: str, answer: str, hint: str = "") -> list[str]:
    """One row; options parted by blanks, `-` for an empty cell."""
    cells = ["" if option == "-" else option for option in options.split()]
    question = "Which one is it?\nChoose with care."
    return [str(index), question, hint, *cells, answer, "identity_reasoning", image, "invented", "attribute_reasoning", "", "dev"]


def put_table(path: Path, rows: list[list[str]], head: list[str] = MMBENCH_HEAD) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([head, *rows])


def encoded(colour: str) -> str:
    return base64.b64encode(picture_bytes(colour, "JPEG")).decode()


def make_mmbench(folder: Path) -> Path:
    rows = [
        mmbench_row(241, encoded("red"), "None NA red blue", "C", "Look at the top."),
        mmbench_row(252, "241", "yes no - -", "B"),
    ]
    put_table(folder / "mmbench_dev_20230712.tsv", rows)
    return folder


def make_memes(folder: Path) -> Path:
    def row(number: int, **more: Any) -> dict[str, Any]:
        return {"id": number, "img": f"img/{number:05d}.png", **more, "text": "when the bus is on time"}

    put_lines(folder / "dev_seen.jsonl", [row(8291, label=0), row(46971, label=1)])
    put_lines(folder / "test.jsonl", [row(16395)])
    for number, colour in ((8291, "red"), (46971, "blue"), (16395, "green")):
        put_picture(folder / "img" / f"{number:05d}.png", colour)
    return folder


MAKERS: dict[str, Make] = {
    "gqa": make_gqa,
    "vqav2": make_vqa,
    "okvqa": make_okvqa,
    "aokvqa-choice": make_aokvqa,
    "aokvqa-direct": make_aokvqa,
    "tallyqa": make_tallyqa,
    "textvqa": make_textvqa,
    "ocrvqa": make_ocrvqa,
    "pope": make_pope,
    "mmbench": make_mmbench,
    "mmbench-circular": make_mmbench,
    "hateful-memes": make_memes,
}


class Shelf:
    """Data sets in folders of their own, and their questions."""

    makers = MAKERS
    mmbench_head = MMBENCH_HEAD
    mmbench_row = staticmethod(mmbench_row)
    put_table = staticmethod(put_table)
    put_json = staticmethod(put_json)
    put_lines = staticmethod(put_lines)
    put_picture = staticmethod(put_picture)
    picture_bytes = staticmethod(picture_bytes)
    encoded = staticmethod(encoded)

    def __init__(self, top: Path) -> None:
        self.top, self.cache = top, top / "cache"

    def make(self, name: str) -> Path:
        """The folder of a data set, written if it is not there."""
        folder = self.top / name
        if not folder.exists():
            folder.mkdir(parents=True)
            MAKERS[name](folder)
        return folder

    def stream(self, name: str, folder: Path, split: str | None = None, **more: Any) -> Iterator[Question]:
        """The questions in a folder, one by one."""
        places = more.pop("images", ())
        limit, seed = more.pop("limit", None), more.pop("seed", None)
        source = open_source(name, str(folder), self.cache, split=split, **more)
        with Pictures((*source.places, *places), self.cache, keep=self.top / "pictures") as pictures:
            yield from read_questions(source, pictures, limit=limit, seed=seed)

    def read(self, name: str, split: str | None = None, **more: Any) -> list[Question]:
        """All questions of a data set, made if it is not there."""
        return list(self.stream(name, more.pop("folder", None) or self.make(name), split, **more))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)
