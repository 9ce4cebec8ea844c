"""The table of all data sets that are known by name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from vpd.distill.datasets import aokvqa, gqa, memes, mmbench, ocrvqa, pope, tallyqa, textvqa, vqa
from vpd.distill.datasets.entry import Entry
from vpd.distill.datasets.errors import DatasetError
from vpd.distill.datasets.folder import Folder
from vpd.tools.errors import UnknownName

__all__ = ["DATASETS", "DataSet", "dataset"]


@dataclass(frozen=True, slots=True)
class DataSet:
    """What is known of a data set before its files are opened."""

    name: str
    title: str
    release: str
    licence: str
    """What its makers say of the questions and of the pictures, as far as known; read their page before you publish."""
    home: str
    """Where its makers give it out, in words."""
    pictures: str
    """Which pictures it is about, and where they are expected."""
    splits: Mapping[str, tuple[str, ...]]
    """The files of each split; `*` stands for any signs."""
    reader: Callable[[Folder, str], Iterator[Entry]]
    within: Mapping[str, str] = field(default_factory=dict)
    """Of splits that share questions: the one that is left out, to the one that is taken."""

    def splits_for(self, split: str | None, folder: Folder) -> list[str]:
        """The split that was asked for, else those whose files are there, no question twice. Raises `DatasetError`."""
        if split is not None:
            if split not in self.splits:
                raise UnknownName(f"split of {self.title}", split, tuple(self.splits))
            return [split]
        there = [name for name, files in self.splits.items() if is_there(folder, files)]
        found = [name for name in there if self.within.get(name) not in there]
        if not found:
            expected = "; ".join(f"{name}: {' and '.join(files)}" for name, files in self.splits.items())
            message = f"{folder.path}: no split of {self.title} is there whole; expected are {expected}"
            raise DatasetError(message)
        return found


def is_there(folder: Folder, files: tuple[str, ...]) -> bool:
    """Whether a split's files are there; patterns are several names for the same."""
    if any("*" in name for name in files):
        return bool(folder.every(files))
    return all(folder.look(name) is not None for name in files)


COCO_2014 = "COCO 2014 in train2014/ and val2014/, COCO 2015 in test2015/"
FLICKR = "the pictures are under their owners' terms at Flickr"
AOKVQA = ("A-OKVQA", "v1p0", f"Apache-2.0 (the makers' repository); {FLICKR}", "the Allen Institute for AI")
MMBENCH = (
    "1.0, and later ones of the same columns",
    "Apache-2.0 (the makers' repository); the pictures are from several sources",
    "the OpenCompass project",
    "in the table itself, in base64",
)
KNOWN = (
    DataSet(
        "gqa",
        "GQA",
        "1.2",
        f"CC BY 4.0; {FLICKR}",
        "Stanford, the GQA page",
        "Visual Genome, in images/",
        gqa.SPLITS,
        gqa.read,
        {name: name.removesuffix("_all") for name in gqa.SPLITS if name.endswith("_all")},
    ),
    DataSet(
        "vqav2",
        "VQAv2",
        "2.0",
        f"CC BY 4.0; {FLICKR}",
        "visualqa.org",
        COCO_2014,
        vqa.VQA_SPLITS,
        vqa.read_vqa,
        {"test-dev": "test"},
    ),
    DataSet(
        "okvqa",
        "OK-VQA",
        "1.1",
        f"CC BY 4.0 (said in its files); {FLICKR}",
        "the Allen Institute for AI, the OK-VQA page",
        COCO_2014,
        vqa.OKVQA_SPLITS,
        vqa.read_okvqa,
    ),
    DataSet(
        "aokvqa-choice",
        AOKVQA[0] + ", multiple choice",
        *AOKVQA[1:],
        "COCO 2017 in train2017/, val2017/ and test2017/",
        aokvqa.SPLITS,
        aokvqa.read_choice,
    ),
    DataSet(
        "aokvqa-direct",
        AOKVQA[0] + ", direct answers",
        *AOKVQA[1:],
        "COCO 2017 in train2017/, val2017/ and test2017/",
        aokvqa.SPLITS,
        aokvqa.read_direct,
    ),
    DataSet(
        "tallyqa",
        "TallyQA",
        "the only one",
        f"Apache-2.0 (the makers' repository); {FLICKR}",
        "the makers' repository",
        "Visual Genome in VG_100K/ and VG_100K_2/, COCO 2014 in train2014/ and val2014/",
        tallyqa.SPLITS,
        tallyqa.read,
    ),
    DataSet(
        "textvqa",
        "TextVQA",
        "0.5.1",
        "CC BY 4.0",
        "textvqa.org",
        "Open Images, in train_images/ (train and val) and test_images/",
        textvqa.SPLITS,
        textvqa.read,
    ),
    DataSet(
        "ocrvqa",
        "OCR-VQA",
        "the only one",
        "not known here; the covers are under their publishers' terms",
        "the OCR-VQA page",
        "covers of books, in images/, fetched with the makers' script",
        ocrvqa.SPLITS,
        ocrvqa.read,
    ),
    DataSet(
        "pope",
        "POPE",
        "the only one",
        f"MIT (the makers' repository); {FLICKR}",
        "the makers' repository",
        "COCO 2014 in val2014/; GQA's in images/",
        pope.SPLITS,
        pope.read,
    ),
    DataSet("mmbench", "MMBench", *MMBENCH, mmbench.SPLITS, mmbench.read_once),
    DataSet("mmbench-circular", "MMBench, circular evaluation", *MMBENCH, mmbench.SPLITS, mmbench.read_circular),
    DataSet(
        "hateful-memes",
        "Hateful Memes",
        "phases 1 and 2",
        "the makers' own, agreed to when registering",
        "the challenge's page of Meta AI, after registration; never fetched from here",
        "in img/",
        memes.SPLITS,
        memes.read,
        {"dev": "dev_seen", "test": "test_seen"},
    ),
)
DATASETS: Mapping[str, DataSet] = {each.name: each for each in KNOWN}
"""By the name that the command line takes."""


def dataset(name: str) -> DataSet:
    """The data set of that name. Raises `UnknownName`."""
    if name not in DATASETS:
        raise UnknownName("data set", name, tuple(DATASETS))
    return DATASETS[name]
