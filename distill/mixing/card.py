"""The data card: what a set holds, where it comes from, what was left out, what it cost, and what it does not cover."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from vpd.distill.manifest import versions
from vpd.distill.mixing.licences import UNKNOWN, licence_of
from vpd.distill.mixing.settings import Balance, MixSettings
from vpd.distill.mixing.summary import SourceSummary
from vpd.distill.mixing.tally import Mixed, Tally

__all__ = ["write_card"]

MOST_ANSWERS = 8
RULES = {
    Balance.NONE: "Nothing was left out for balance.",
    Balance.KIND: "In each source, no kind keeps more questions than the middle kind had.",
    Balance.ANSWER: "In each kind of each source, no answer keeps more questions than the second most frequent one had.",
    Balance.BOTH: "In each kind of each source, no answer keeps more questions than the second most frequent one had; then no "
    "kind keeps more than the middle kind had.",
}


def write_card(
    name: str,
    settings: MixSettings,
    mixed: Mixed,
    summaries: Sequence[SourceSummary],
    excluded: Mapping[str, int],
    licences: Mapping[str, str],
) -> str:
    """The card as Markdown."""
    tally = mixed.tally
    sections = [
        f"# Data card: {plain(name)}\n\n{in_short(tally)}",
        "## Sources\n\n" + sources(tally, summaries, licences),
        "## Counts\n\n" + counts(tally),
        "## Yields\n\n" + yields(summaries),
        "## What was left out\n\n" + left_out(settings, mixed, excluded),
        "## Filters\n\n" + filters(tally, summaries),
        "## Cost\n\n" + cost(summaries),
        "## Models, tools and versions\n\n" + made_with(summaries),
        "## Known gaps\n\n" + listed(gaps(tally, summaries, licences, settings)),
    ]
    return "\n\n".join(sections) + "\n"


def in_short(tally: Tally) -> str:
    """One sentence for a reader in a hurry."""
    rationales = sum(count for (teaches,), count in tally.by("teaches").items() if teaches == "rationale")
    return (
        f"{tally.rows.total()} rows that teach a vision-language model to answer {len(tally.taught)} questions about "
        f"{len(tally.images)} pictures, {rationales} of them by a rationale told from what a program did. "
        f"{tally.answer_only} questions have a short answer only, since no trace of theirs was told."
    )


def sources(tally: Tally, summaries: Sequence[SourceSummary], licences: Mapping[str, str]) -> str:
    """The runs with their share, and the data sets with their licences."""
    rows = Counter({source: count for (source,), count in tally.by("source").items()})
    runs = [
        (one.name, "all of it" if one.weight is None else f"{one.weight:g}", rows[one.name], spelled(one.data_sets))
        for one in summaries
    ]
    earlier = [
        (name, "through an earlier set", count, "") for name, count in rows.items() if name not in {one.name for one in summaries}
    ]
    sets = [(name or "not named", count, licence_of(name, licences)) for name, count in sorted(tally.data_sets.items())]
    sets_before = [
        f"{plain(one.name)} is an earlier set: yields, cost and filters are in its own card." for one in summaries if one.mixed
    ]
    return (
        table(("source", "weight", "rows", "training questions by data set"), [*runs, *earlier])
        + "".join(f"\n\n{line}" for line in sets_before)
        + "\n\n"
        + table(("data set", "rows", "licence"), sets)
    )


def counts(tally: Tally) -> str:
    """Rows by split, target and kind, and the most frequent answers of each kind."""
    kinds = [(kind, split, teaches, count) for (kind, split, teaches), count in tally.by("kind", "split", "teaches").items()]
    answers = [
        (kind, len(said), said.total(), ", ".join(f"{answer} {count}" for answer, count in said.most_common(MOST_ANSWERS)))
        for kind, said in sorted(tally.answers.items())
    ]
    return (
        table(("kind", "split", "teaches", "rows"), kinds)
        + "\n\nShort answers of the split train:\n\n"
        + table(("kind", "distinct", "rows", f"most frequent, at most {MOST_ANSWERS}"), answers)
        + f"\n\nTargets of short answers come from: {spelled(tally.labels) or 'nowhere'}."
    )


def yields(summaries: Sequence[SourceSummary]) -> str:
    """By source and kind, how many training questions got a program that was judged right."""
    found = [
        (
            one.name,
            kind,
            got.questions,
            got.labelled,
            got.right,
            f"{100 * got.right / got.labelled:.1f} %" if got.labelled else "",
        )
        for one in summaries
        for kind, got in one.yields.items()
    ]
    outcomes = [f"{one.name}: {spelled(one.outcomes)}" for one in summaries if one.outcomes]
    return (
        table(("source", "kind", "training questions", "labelled", "with a right program", "share of labelled"), found)
        + "\n\nVerdicts on training questions:\n\n"
        + listed(outcomes or ["none"])
    )


def left_out(settings: MixSettings, mixed: Mixed, excluded: Mapping[str, int]) -> str:
    """Every reason with its count, and the rules of choice."""
    reasons = [(name, reason.value, count) for name, why in mixed.dropped.items() for reason, count in why.items() if count]
    rules = [
        "Pictures are told apart by the SHA-256 of their files. "
        "A picture that occurs in a held-out split of any source is in no row.",
        f"Pictures excluded on request: {spelled(excluded) or 'none'}.",
        "Of rows on the same picture with the same question (blanks and case aside) and the same kind of target, "
        f"the first source's stay; "
        f"{mixed.contradictions} short answers dropped so said something else.",
        RULES[settings.balance],
        "Weights are shares of the questions, reached by leaving questions out, never by repeating them."
        if settings.sources[0].weight is not None
        else "Every source gives all that it has.",
        f"At most {settings.most} questions." if settings.most is not None else "No limit to the number of questions.",
        f"{100 * settings.validation:g} % of the pictures, by digest, are the split validation."
        if settings.validation
        else "No split for validation was set aside.",
        f"What is left out is chosen by the digests of seed ({settings.seed}), picture and question.",
    ]
    return table(("source", "why", "rows"), reasons) + "\n\n" + listed(rules)


def filters(tally: Tally, summaries: Sequence[SourceSummary]) -> str:
    """What became of the programs that are taught, and by which rules they were judged."""
    outcome_of = {(one.name, *key): outcome for one in summaries for key, outcome in one.outcome_of.items()}
    judged = Counter(
        str(outcome_of[key].value) if key in outcome_of else "not in the sources' records" for key in tally.rationales
    )
    states = {(one.name, *key): held for one in summaries for key, held in one.states_of.items()}
    checks: dict[str, Counter[str]] = {}
    for key in tally.rationales:
        for check, state in states.get(key, {}).items():
            checks.setdefault(check, Counter())[state.value] += 1
    lines = [
        f"Programs behind the rationale rows were judged: {spelled(judged) or 'there is no rationale row'}.",
        *(f"The check {plain(check)} of these programs: {spelled(found)}." for check, found in sorted(checks.items())),
        *(
            f"{plain(one.name)}: judging rules {spelled(one.rules)}; rationales written by {spelled(one.writers)}."
            for one in summaries
            if one.rules
        ),
        *(f"{plain(one.name)}: run settings {spelled(one.settings, '=')}." for one in summaries if one.settings),
    ]
    return listed(lines)


def cost(summaries: Sequence[SourceSummary]) -> str:
    """Tokens and money of each source's draws, all of them, taught or not."""
    rows = [
        (
            one.name,
            sum(one.models.values()),
            one.spent["prompt tokens"],
            one.spent["completion tokens"],
            one.spent["seconds"],
            "not known"
            if one.spent["draws of unknown cost"] == sum(one.models.values())
            else f"{one.spent['cost in dollars']:.4f}",
            one.spent["draws of unknown cost"],
        )
        for one in summaries
        if one.models
    ]
    head = ("source", "draws", "prompt tokens", "completion tokens", "seconds of drawing", "US dollars", "draws of unknown price")
    return table(head, rows) + "\n\nAll draws of a source are counted, also of questions that were left out."


def made_with(summaries: Sequence[SourceSummary]) -> str:
    """Language models, tools and releases."""
    lines = []
    for one in summaries:
        lines += [
            f"{plain(one.name)}: draws by model {spelled(one.models) or 'none'}; "
            f"sampling {plain(', '.join(one.samplings)) or 'not noted'}.",
            f"{plain(one.name)}: tools {plain(', '.join(one.tools)) or 'not noted'}; "
            f"isolation of programs {spelled(one.isolation) or 'not noted'}.",
            f"{plain(one.name)}: made with {spelled(one.versions, ' ') or 'releases that it did not note'}.",
        ]
    return listed([*lines, f"Mixed with {spelled(versions(), ' ')}."])


def gaps(tally: Tally, summaries: Sequence[SourceSummary], licences: Mapping[str, str], settings: MixSettings) -> Iterable[str]:
    """What a reader must not take for granted."""
    yield "A picture saved anew, in another size or format, has another digest: it is not recognised as one that judges."
    yield "The same question in other words is not recognised as the same."
    yield "A verdict looks at an answer: a program can be right for a wrong reason."
    unchecked = {one.name: one.unchecked for one in summaries if one.unchecked}
    if unchecked:
        yield f"Rationales that nothing has checked against their trace, among all that the sources wrote: {spelled(unchecked)}."
    unknown = sorted(name for name in tally.data_sets if licence_of(name, licences) == UNKNOWN)
    if unknown:
        yield f"Licences that are not known: {plain(', '.join(name or 'of rows without a data set' for name in unknown))}."
    single = sorted(kind for kind, said in tally.answers.items() if len(said) == 1)
    if single:
        yield f"Kinds with one answer only, which teach that answer whatever is asked: {plain(', '.join(single))}."
    bare = sorted(kind for kind in tally.answers if (kind, "train", "rationale") not in tally.by("kind", "split", "teaches"))
    if bare:
        yield f"Kinds without a rationale: {plain(', '.join(bare))}."
    if settings.unlabelled:
        yield (
            "People's answers were left out. Which traces were told is the sources' own rule: where that looked at answers, this "
            "set is not free of labels."
        )
    elif by_programs := tally.labels["program"]:
        yield f"{by_programs} short answers are programs', to questions that nobody had answered."
    unpriced = {one.name: int(one.spent["draws of unknown cost"]) for one in summaries if one.spent["draws of unknown cost"]}
    if unpriced:
        yield f"Draws whose price is not known, and which the cost leaves out: {spelled(unpriced)}."
    for one in summaries:
        yield from (f"{plain(one.name)}: {plain(remark)}" for remark in one.not_covered)


PATH = re.compile(r"(?<![\w./])(?:~|/(?!/))[^\s,;:]*/(?=[^/\s,;:])")
"""The folders of a path that begins at the root or at home; an address of the web is none."""


def plain(text: object) -> str:
    """Text that is no markup and tells nothing of this machine: one line, marks escaped, folders of whole paths left out."""
    return re.sub(r"([\\`*_\[\]<>|#&])", r"\\\1", PATH.sub("", " ".join(str(text).split())))


def spelled(pairs: Mapping[str, object], between: str = ": ") -> str:
    """Names with their counts or values, in one line."""
    return ", ".join(f"{plain(name)}{between}{plain(value)}" for name, value in pairs.items())


def listed(lines: Iterable[str]) -> str:
    """A list of lines."""
    return "\n".join(f"- {line}" for line in lines)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table; a line in its place where it has no rows."""
    if not rows:
        return "None."
    lines = [head, ["---"] * len(head), *([plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
