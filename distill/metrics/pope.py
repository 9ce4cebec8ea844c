"""POPE: is there such a thing in the picture, yes or no; read leniently as the authors do, or strictly."""

from collections.abc import Callable, Sequence

from vpd.distill.metrics.scores import Found, Pair, Share, said_text

__all__ = ["score_pope_official", "score_pope_strict"]

DENIALS = {"No", "no", "not"}
Read = Callable[[str], str]


def read_leniently(said: str) -> str:
    """The authors' reading: no where the words before the first period hold No, no or not; everything else is yes."""
    words = said.partition(".")[0].replace(",", "").split(" ")
    return "no" if DENIALS & set(words) else "yes"


def read_strictly(said: str) -> str:
    """The whole answer; only yes and no are any good."""
    return said.lower().strip()


def score_pope_official(pairs: Sequence[Pair]) -> Found:
    """As the authors' script scores, each setting by itself; shares. No prediction is wrong either way."""
    return score(pairs, read_leniently)


def score_pope_strict(pairs: Sequence[Pair]) -> Found:
    """As lmms-eval scores, but for its yes ratio, which is the labels' own; ours is the predictions'."""
    return score(pairs, read_strictly)


def score(pairs: Sequence[Pair], read: Read) -> Found:
    """Over all, and by setting: random, popular, adversarial, of each set of pictures; the headline is the mean F1 of these."""
    several = len({pair.question.details.get("picture_source") for pair in pairs}) > 1
    settings: dict[str, list[Pair]] = {}
    for pair in pairs:
        setting, pictures = (str(pair.question.details.get(name, "not given")) for name in ("setting", "picture_source"))
        settings.setdefault(f"{pictures} {setting}" if several else setting, []).append(pair)
    each = {name: measures(of, read) for name, of in sorted(settings.items())}
    f1 = [found["f1"] for found in each.values()]
    known = [value for value in f1 if value is not None]
    values = measures(pairs, read) | {
        "f1 mean over settings": sum(known) / len(known) if known and len(known) == len(f1) else None
    }
    groups = {
        f"{measure} by setting": {
            name: Share(value=value, count=len(settings[name]))
            for name, found in each.items()
            if (value := found[measure]) is not None
        }
        for measure in ("accuracy", "precision", "recall", "f1", "yes ratio")
    }
    return Found("f1 mean over settings", values, groups)


def measures(pairs: Sequence[Pair], read: Read) -> dict[str, float | None]:
    """Accuracy, precision, recall, F1 with yes as the positive answer, and the share of predictions that say yes.

    Where nothing is predicted or labelled yes the authors' script stops, dividing by zero; here what cannot be divided is None.
    """
    true = {"yes": 0, "no": 0}
    false = {"yes": 0, "no": 0}
    right = said_yes = said_any = 0
    for pair in pairs:
        label = "no" if pair.question.answers[0].lower() == "no" else "yes"
        said = "" if pair.said is None else read(said_text(pair.said))
        said_any += pair.said is not None
        said_yes += said == "yes"
        right += said == label
        if said in true:
            (true if said == label else false)[said] += 1
    precision = ratio(true["yes"], true["yes"] + false["yes"])
    recall = ratio(true["yes"], true["yes"] + false["no"])
    both = None if precision is None or recall is None else precision + recall
    f1 = 2 * precision * recall / both if precision is not None and recall is not None and both else None
    return {
        "accuracy": ratio(right, len(pairs)),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "yes ratio": ratio(said_yes, said_any),
    }


def ratio(part: int, whole: int) -> float | None:
    """A share; None of nothing."""
    return part / whole if whole else None
