"""The official metric codes beside ours on thousands of made predictions: `python tests/benchmarks/official_metrics.py FOLDER`.

FOLDER holds what was fetched of the files named in `FILES`, under these names; what is not there is left out. `--record FILE`
writes what the official codes gave, which `tests/metrics/test_agreement.py` compares with. VLMEvalKit's files want pandas, the
curve wants scikit-learn.
"""

import ast
import importlib
import importlib.util
import json
import math
import re
import runpy
import sys
import tempfile
import types
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

KIT = "VLMEvalKit, as released in ms-vlmeval 0.0.20: vlmeval/dataset/utils/"
FILES = {
    "vqa_official": (
        "vqa/vqaEval.py",
        "GT-Vision-Lab/VQA: PythonEvaluationTools/vqaEvaluation/, last version, as TimerChen/VQA 208f196b",
    ),
    "vqa_evalai": ("m4c_evaluators.py", "facebookresearch/mmf 1.0.0rc10: mmf/utils/"),
    "aokvqa_choice": ("aokvqa/eval_predictions.py", "allenai/aokvqa 42e8c44f: evaluation/, with load_aokvqa.py beside it"),
    "aokvqa_direct": ("aokvqa/eval_predictions.py", "as above"),
    "tallyqa_official": ("tallyqa/eval_extra.py", "manoja328/tallyqacode 1efda74d: with utils.py beside it"),
    "tallyqa_flag": ("big_vision/tallyqa.py", "google-research/big_vision 11eea574: evaluators/proj/paligemma/transfers/"),
    "tallyqa_vlmevalkit": ("vlmevalkit/tallyqa.py", KIT),
    "pope_official": ("pope/evaluate.py", "AoiDragon/POPE f3ec6043"),
    "pope_strict": ("lmms_pope.py", "lmms-eval 0.7.3: lmms_eval/tasks/pope/utils.py"),
    "mmbench_circular": ("vlmevalkit/multiple_choice.py", f"{KIT}, with vlmeval/utils/matching_util.py beside it"),
    "gqa_official": ("gqa/eval.py", "GQA's own, as PKU-YuanGroup/Video-LLaVA 1d28d6ea: llava/eval/eval_gqa.py"),
    "memes_official": ("", "scikit-learn 1.9.1"),
}
"""By variant, the file in FOLDER and the version that the recorded numbers are from."""
HERE = Path(__file__).parent


def load(path: Path, name: str) -> Any:
    """A Python file as a module."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


cases = load(HERE.parent / "metrics" / "cases.py", "cases")
shapes = load(HERE.parent / "metrics" / "shapes.py", "shapes")
Cases = Sequence[Any]


def vqa_official(path: Path, tried: Cases) -> dict[str, Any]:
    """Runs the class on its own records; print statements of Python 2 are made calls."""
    source = re.sub(r"^(\s*)print (\".*\")\s*$", r"\1print(\2)", path.read_text("utf-8"), flags=re.MULTILINE)
    code: dict[str, Any] = {}
    exec(compile(source, str(path), "exec"), code)
    asked = {}
    for case in tried:
        details, rows = case.question.details, []
        for place, answer in enumerate(case.question.answers):
            row = {"answer": answer, "answer_confidence": details["answer_confidence"][place]}
            rows.append(row | ({"answer_id": details["answer_id"][place]} if "answer_id" in details else {}))
        asked[case.question.key] = {"answers": rows, **{name: details[name] for name in ("question_type", "answer_type")}}
    given = {case.question.key: {"answer": case.said} for case in tried}
    sides = [types.SimpleNamespace(qa=qa, getQuesIds=lambda: list(asked)) for qa in (asked, given)]
    judge = code["VQAEval"](*sides, n=2)
    judge.evaluate()
    return {
        "overall": judge.accuracy["overall"],
        "question types": judge.accuracy["perQuestionType"],
        "answer types": judge.accuracy["perAnswerType"],
        "each": [judge.evalQA[case.question.key] for case in tried],
    }


def vqa_evalai(path: Path, tried: Cases) -> dict[str, Any]:
    judge = load(path, "m4c_evaluators").TextVQAAccuracyEvaluator()
    rows = [{"pred_answer": case.said, "gt_answers": list(case.question.answers)} for case in tried]
    return {"accuracy": judge.eval_pred_list(rows), "each": [judge.eval_pred_list([row]) for row in rows]}


def aokvqa(path: Path, tried: Cases, *, choice: bool) -> dict[str, Any]:
    sys.path.insert(0, str(path.parent))
    judge = load(path, "eval_predictions").eval_aokvqa
    rows = [
        {"question_id": case.question.key, "choices": list(case.question.choices), "direct_answers": list(case.question.answers)}
        | case.question.details
        for case in tried
    ]
    said = {case.question.key: case.said for case in tried}
    kept = [row for row in rows if choice or not row["difficult_direct_answer"]]
    return {
        "accuracy": judge(rows, said, multiple_choice=choice, strict=False),
        "each": [judge([row], said, multiple_choice=choice, strict=False) for row in kept],
    }


def tallyqa_official(path: Path, tried: Cases) -> dict[str, Any]:
    sys.path.insert(0, str(path.parent))
    code = load(path, "eval_extra")
    rows = [{"question_id": case.question.key, "answer": int(case.question.answers[0])} | case.question.details for case in tried]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"question_id": case.question.key, "answer": case.said} for case in tried], file)
        file.flush()
        said = code.eval_zhang_updown_mutan(rows, file.name)
    found = code.eval_simp_comp(rows, said)
    return {kind: [float(number) for number in found[kind]] for kind in ("simple", "complex")}


def tallyqa_flag(path: Path, tried: Cases) -> dict[str, Any]:
    """The reading of number words alone: the class around it wants a model."""
    tree = ast.parse(path.read_text("utf-8"))
    wanted = [
        node
        for node in tree.body
        if getattr(node, "name", "") == "_number_word_to_numeral"
        or (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "REPLACEMENTS")
    ]
    code: dict[str, Any] = {}
    exec(compile(ast.Module(wanted, []), str(path), "exec"), code)
    read = code["_number_word_to_numeral"]
    return {"each": [float(read(case.said) == read(case.question.answers[0])) for case in tried]}


def tallyqa_vlmevalkit(path: Path, tried: Cases) -> dict[str, Any]:
    read = load(path, "kit_tallyqa").extract_count_from_prediction
    return {"each": [float(read(case.said) == int(case.question.answers[0])) for case in tried]}


def by_setting(tried: Cases, measure: Callable[[Cases], dict[str, float]]) -> dict[str, Any]:
    """A measure of all cases and of each setting's."""
    names = sorted({case.question.details["setting"] for case in tried})
    parts = {name: measure([case for case in tried if case.question.details["setting"] == name]) for name in names}
    return {"all": measure(tried)} | parts


def pope_official(path: Path, tried: Cases) -> dict[str, Any]:
    """Runs the script with its two empty file names filled in."""
    source = path.read_text("utf-8")

    def measure(some: Cases) -> dict[str, float]:
        with tempfile.TemporaryDirectory() as folder:
            rows = {
                "ans_file": [{"question": case.question.text, "answer": case.said} for case in some],
                "label_file": [{"label": case.question.details["label"]} for case in some],
            }
            text = source
            for name, lines in rows.items():
                place = Path(folder) / name
                place.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
                text = text.replace(f"{name} = ''", f"{name} = {str(place)!r}")
            code: dict[str, Any] = {}
            exec(compile(text, str(path), "exec"), code)
        names = {"accuracy": "acc", "precision": "precision", "recall": "recall", "f1": "f1", "yes ratio": "yes_ratio"}
        return {name: code[own] for name, own in names.items()}

    return by_setting(tried, measure)


def pope_strict(path: Path, tried: Cases) -> dict[str, Any]:
    code = load(path, "lmms_pope")

    def measure(some: Cases) -> dict[str, float]:
        names = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "f1_score"}
        found: dict[str, list[Any]] = {name: [] for name in names}
        for case in some:
            row = code.pope_process_results({"answer": case.question.answers[0], "question_id": case.question.key}, [case.said])
            for name, own in names.items():
                found[name].append(row[f"pope_{own}"])
        return {name: getattr(code, f"pope_aggregate_{own}")(found[name]) for name, own in names.items()}

    return by_setting(tried, measure)


def mmbench_circular(path: Path, tried: Cases) -> dict[str, Any]:
    """Runs the circular evaluation without a language model; the rest of its package is stood in for."""
    frames = importlib.import_module("pandas")

    with tempfile.TemporaryDirectory() as folder:
        held: dict[str, Any] = {}
        unused = ("cn_string", "d2df", "build_option_str", "can_infer_lego", "track_progress_rich")
        for name in ("vlmeval", "vlmeval.smp", "vlmeval.smp.log", "vlmeval.smp.vlm", "vlmeval.utils"):
            sys.modules[name] = types.ModuleType(name)
        log = types.SimpleNamespace(warning=lambda *_: None, info=lambda *_: None)
        stand_ins: dict[str, Any] = dict.fromkeys(unused) | {
            "get_logger": lambda *_: log,
            "get_pred_file_format": lambda: "held",
            "timestr": lambda: "now",
            "istype": isinstance,
            "dump": lambda value, place: held.__setitem__(str(place), value),
            "load": lambda place: held[str(place)],
        }
        for name in ("vlmeval.smp", "vlmeval.smp.log", "vlmeval.smp.vlm", "vlmeval.utils"):
            vars(sys.modules[name]).update(stand_ins)
        vars(sys.modules["vlmeval.utils"])["can_infer"] = load(path.parent / "matching_util.py", "matching_util").can_infer
        code = load(path, "multiple_choice")
        rows = []
        for case in tried:
            details = case.question.details
            row = {name: details.get(name) for name in ("index", "answer", "l2-category", "category")}
            rows.append(row | {"question": case.question.text, "prediction": case.said} | details["options"])
        table = frames.DataFrame(rows)
        done = code.mcq_circular_eval(None, table.copy(), table.copy(), 1, f"{folder}/results.pkl", "MMBench")
        report = code.report_acc(done.assign(split="all"))
    shares = {name: float(report[name][0]) for name in report.columns if name != "split"}
    abilities = {code.MMB_abbrs.get(name, name) for name in {case.question.details["l2-category"] for case in tried}}
    return {
        "overall": shares["Overall"],
        "l2 categories": {name: share for name, share in shares.items() if name in abilities},
        "categories": {name: share for name, share in shares.items() if name not in abilities | {"Overall"}},
        "each": [float(hit) for hit in done["hit"]],
    }


def gqa_official(path: Path, tried: Cases) -> dict[str, Any]:
    """Runs the script in a folder of its input files."""
    with tempfile.TemporaryDirectory() as folder:
        files: Mapping[str, Any] = {
            "questions": {
                case.question.key: {"question": case.question.text, "answer": case.question.answers[0]} | case.question.details
                for case in tried
            },
            "predictions": [{"questionId": case.question.key, "prediction": case.said} for case in tried],
            "choices": {case.question.key: case.question.details["choices"] for case in tried},
        }
        arguments = ["eval.py", "--consistency"]
        for name, value in files.items():
            place = Path(folder) / f"{name}.json"
            place.write_text(json.dumps(value), "utf-8")
            arguments += [f"--{name}", str(place)]
        before, sys.argv = sys.argv, arguments
        try:
            found = runpy.run_path(str(path))["scores"]
        finally:
            sys.argv = before
    single = ("accuracy", "binary", "open", "consistency", "validity", "plausibility", "distribution")
    several = {"structural": "StructuralType", "semantic": "SemanticType", "steps": "Steps", "words": "Length"}
    groups = {
        name: {str(group): list(value) for group, value in found[f"accuracyPer{own}"].items()} for name, own in several.items()
    }
    return {name: found[name] for name in single} | groups


def memes_official(_path: Path, tried: Cases) -> dict[str, Any]:
    roc_auc_score = importlib.import_module("sklearn.metrics").roc_auc_score

    def area(some: Cases) -> float:
        return float(roc_auc_score([case.question.answers[0] == "yes" for case in some], [case.said for case in some]))

    size = shapes.CHUNK
    chunks = [tried[start : start + size] for start in range(0, len(tried), size)]
    return {"auroc": [area(chunk) for chunk in (tried, *chunks)]}


OFFICIAL: dict[str, Callable[[Path, Cases], dict[str, Any]]] = {
    "vqa_official": vqa_official,
    "vqa_evalai": vqa_evalai,
    "aokvqa_choice": lambda path, tried: aokvqa(path, tried, choice=True),
    "aokvqa_direct": lambda path, tried: aokvqa(path, tried, choice=False),
    "tallyqa_official": tallyqa_official,
    "tallyqa_flag": tallyqa_flag,
    "tallyqa_vlmevalkit": tallyqa_vlmevalkit,
    "pope_official": pope_official,
    "pope_strict": pope_strict,
    "mmbench_circular": mmbench_circular,
    "gqa_official": gqa_official,
    "memes_official": memes_official,
}


def differences(ours: Any, theirs: Any, where: str = "") -> list[str]:
    """Every number that is not the same to the last digit, by its place."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        return [found for key in ours for found in differences(ours[key], theirs[key], f"{where}/{key}")]
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple) and len(ours) == len(theirs):
        return [found for place, pair in enumerate(zip(ours, theirs)) for found in differences(*pair, f"{where}/{place}")]
    return [] if ours == theirs else [f"{where}: ours {ours!r}, theirs {theirs!r}"]


def main(folder: Path, record: Path | None) -> int:
    """Run what is there, print what differs, write what was asked for; 1 where anything differs."""
    kept: dict[str, Any] = {}
    worst = 0
    for variant, (name, origin) in FILES.items():
        if not (folder / name).exists() or (not name and importlib.util.find_spec("sklearn") is None):
            print(f"{variant:<20} left out: {name or origin} is not there ({origin})")
            continue
        benchmark = shapes.VARIANTS[variant][0]
        tried = cases.cases_of(benchmark)
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            theirs = json.loads(json.dumps(OFFICIAL[variant](folder / name, deepcopy(tried))))
        ours = json.loads(json.dumps(shapes.ours(variant, tried)))
        found = differences(ours, theirs)
        if variant == "memes_official":  # scikit-learn adds up trapezoids, ours is rounded once
            found = [] if all(math.isclose(*pair, rel_tol=1e-13) for pair in zip(ours["auroc"], theirs["auroc"])) else found
        worst = max(worst, len(found))
        print(f"{variant:<20} {len(tried)} cases, {len(found)} numbers differ", *found[:5], sep="\n    " if found else " ")
        kept[variant] = {"cases": cases.digest_of(tried), "numbers": shapes.packed(theirs)}
    if record is not None:
        record.write_text(json.dumps(kept, sort_keys=True) + "\n", "utf-8")
    return int(worst > 0)


if __name__ == "__main__":
    given = sys.argv[1:]
    if not given:
        print(__doc__)
        for variant, (name, origin) in FILES.items():
            print(f"{variant:<20} {name or '-':<32} {origin}")
        raise SystemExit(2)
    raise SystemExit(main(Path(given[0]), Path(given[2]) if given[1:2] == ["--record"] else None))
