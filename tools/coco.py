"""The 80 names a COCO detector knows, and which of them a program's word means."""

import re
from difflib import get_close_matches

__all__ = ["COCO", "match_names", "near_names"]

COCO: dict[int, str] = {
    1: "person", 2: "bicycle", 3: "car", 4: "motorcycle", 5: "airplane", 6: "bus", 7: "train", 8: "truck", 9: "boat",
    10: "traffic light", 11: "fire hydrant", 13: "stop sign", 14: "parking meter", 15: "bench", 16: "bird", 17: "cat", 18: "dog",
    19: "horse", 20: "sheep", 21: "cow", 22: "elephant", 23: "bear", 24: "zebra", 25: "giraffe", 27: "backpack", 28: "umbrella",
    31: "handbag", 32: "tie", 33: "suitcase", 34: "frisbee", 35: "skis", 36: "snowboard", 37: "sports ball", 38: "kite",
    39: "baseball bat", 40: "baseball glove", 41: "skateboard", 42: "surfboard", 43: "tennis racket", 44: "bottle",
    46: "wine glass",
    47: "cup", 48: "fork", 49: "knife", 50: "spoon", 51: "bowl", 52: "banana", 53: "apple", 54: "sandwich", 55: "orange",
    56: "broccoli", 57: "carrot", 58: "hot dog", 59: "pizza", 60: "donut", 61: "cake", 62: "chair", 63: "couch",
    64: "potted plant", 65: "bed", 67: "dining table", 70: "toilet", 72: "tv", 73: "laptop", 74: "mouse", 75: "remote",
    76: "keyboard", 77: "cell phone", 78: "microwave", 79: "oven", 80: "toaster", 81: "sink", 82: "refrigerator", 84: "book",
    85: "clock", 86: "vase", 87: "scissors", 88: "teddy bear", 89: "hair drier", 90: "toothbrush",
}  # fmt: skip
"""The data set's own numbers; ten of the first ninety were never used."""

MEANINGS: dict[str, tuple[str, ...]] = {
    "person": ("people", "human", "man", "men", "woman", "women", "boy", "girl", "child", "children", "kid", "lady", "guy",
    "adult",
               "pedestrian", "passenger", "player", "rider", "driver", "baby"),
    "bicycle": ("bike", "cycle"),
    "car": ("automobile", "taxi", "cab", "sedan"),
    "motorcycle": ("motorbike",),
    "airplane": ("plane", "aeroplane", "aircraft", "jet"),
    "bus": ("coach", "minibus"),
    "train": ("locomotive",),
    "truck": ("lorry",),
    "boat": ("ship",),
    "traffic light": ("traffic signal", "stoplight"),
    "fire hydrant": ("hydrant",),
    "cat": ("kitten", "kitty"),
    "dog": ("puppy", "puppies"),
    "horse": ("pony", "ponies"),
    "sheep": ("lamb",),
    "cow": ("cattle", "bull"),
    "backpack": ("rucksack",),
    "handbag": ("purse",),
    "tie": ("necktie",),
    "suitcase": ("luggage",),
    "skis": ("ski",),
    "sports ball": ("ball", "football", "basketball", "soccer ball", "baseball", "tennis ball"),
    "tennis racket": ("racket", "racquet", "tennis racquet"),
    "wine glass": ("wineglass",),
    "cup": ("mug", "teacup", "coffee cup", "coffee mug"),
    "knife": ("knives",),
    "hot dog": ("hotdog",),
    "donut": ("doughnut",),
    "couch": ("sofa", "settee"),
    "potted plant": ("houseplant", "house plant", "pot plant", "plant"),
    "dining table": ("table",),
    "tv": ("television", "tv monitor", "tv screen", "monitor"),
    "laptop": ("laptop computer",),
    "mouse": ("computer mouse", "mice"),
    "remote": ("remote control",),
    "cell phone": ("phone", "mobile phone", "cellphone", "smartphone", "mobile"),
    "oven": ("stove",),
    "refrigerator": ("fridge",),
    "clock": ("wall clock",),
    "scissors": ("scissor",),
    "teddy bear": ("teddy", "stuffed bear"),
    "hair drier": ("hair dryer", "hairdryer"),
}  # fmt: skip
"""Other words for a class, where a picture of the one is a picture of the other."""

KINDS: dict[str, tuple[str, ...]] = {
    "vehicle": ("bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"),
    "animal": ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
}
"""Words that mean several classes at once."""

WORDS: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in COCO.values()},
    **{word: (name,) for name, words in MEANINGS.items() for word in words},
    **KINDS,
}


def match_names(word: str) -> tuple[str, ...]:
    """The COCO names that a word, its plural or a synonym means; empty where there is none."""
    plain = re.sub(r"^(?:an?|the|any|some) ", "", " ".join(word.lower().replace("_", " ").split()))
    return next((WORDS[form] for form in (plain, *singulars(plain)) if form in WORDS), ())


def near_names(word: str) -> list[str]:
    """At most five COCO names that are spelled like a word, or hold one of its words."""
    plain = word.lower().strip()
    parts = {single for part in plain.split() for single in (part, *singulars(part))}
    holding = [known for known in WORDS if parts & set(known.split())]
    spelled = get_close_matches(plain, WORDS, n=5, cutoff=0.75)
    return list(dict.fromkeys(name for known in holding + spelled for name in WORDS[known]))[:5]


def singulars(plain: str) -> tuple[str, ...]:
    """What the word may be one of, by the ways English makes a plural."""
    forms = []
    for ending, instead in (("ies", "y"), ("ves", "fe"), ("es", ""), ("s", "")):
        if plain.endswith(ending) and len(plain) > len(ending) + 1:
            forms.append(plain.removesuffix(ending) + instead)
    return tuple(forms)
