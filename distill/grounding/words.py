"""The English that a rationale may use without ground: words that name nothing seen, numbers as words, names of attributes."""

import re
from functools import lru_cache

from vpd.distill.rationales.phrases import IRREGULAR, singular
from vpd.tools.conversions import NUMBER_WORDS

__all__ = ["ATTRIBUTES", "COPULAS", "GENERIC", "NEGATIONS", "PLAIN", "lemma", "number_of", "words_in"]

GENERIC = frozenset(
    "object thing item shape one other another figure region area element match instance entity candidate".split()
)
"""Nouns that fit whatever was found."""

ATTRIBUTES = frozenset(
    """
    red green blue yellow purple orange pink brown black white gray grey beige tan gold golden silver teal turquoise cyan
    magenta maroon navy violet dark light bright colorful colourful big large huge small tiny little tall short long wide
    narrow thick thin round square rectangular circular triangular wooden metal metallic plastic glass leather stone brick
    rubber fabric paper ceramic striped spotted plaid empty full open closed old young new wet dry clean dirty hot cold
    happy sad broken
    """.split()
)
"""Words that say how something looks. They are told apart from names in what is unfounded, and nothing else hangs on the list."""

NEGATIONS = frozenset("not no never neither nor none without cannot nothing nobody".split())
COPULAS = frozenset("is are was were be being looks look appears appear seems seem isn't aren't wasn't weren't".split())

LINKING_WORDS = """
    a about above according across actually after again all allow allows almost alone along already also although always am
    among amount an and another any anyone anything anywhere are aren't around as ask asked asking asks at away b back be
    because been before behind being below beneath beside besides best between beyond both but by c called can can't cannot
    case cases certain come comes could d did didn't do does doesn't doing don't down due during e each either else enough
    etc even ever every everything exactly except few fewer fewest first fit fits five for four from further furthermore
    gets give given gives go goes going had has hasn't have haven't having hence here higher highest how however i if in
    indeed inside instead into is isn't it it's its itself just know known knows last least less let like likely lower
    lowest made mainly make makes making many may me mean means might more moreover most mostly much must my namely near
    nearest need needed neither never next no none nor not nothing now o of off often on once one ones only onto or order
    ordinary other others otherwise our out outside over overall own per perhaps please possible present quite rather really
    regarding remain remaining remains same say says second seem seems seen set several shall she should show showing shown
    shows similarly simply since single six so some someone something somewhere still such take taken takes taking ten than
    thanks that that's the their them themselves then there thereby therefore these they they're third this those though
    three through throughout thus times to together told too toward towards two under underneath unless until up upon us use
    used using very via was wasn't way we well were weren't what when where whereas whether which while who whole whose why
    will with within without won't would yes yet you your zero he him his her hers i'd i'll we'd we'll let's able
    accordingly act actual additional additionally afterwards ahead aside assume available aware begin begins better bit
    came clear clearly close complete completely concerning consequently contrast contrary conversely despite directly easy
    entire entirely eventually explain explained explains final finally focus following form forms full good great half hand
    happen happens helps important initial initially instance intended involved keep kept later latter led lets level
    likewise long longer look main manner matter mention mentioned mentions necessary note obviously opposite original
    particular plus point points previous previously prior proceed provide provided purpose put reach ready refer refers
    regard related relevant remember remove reported respect resulting rest review right said separate shared side similar
    somehow sometimes soon specific specifically start starting state stated statement statements states subsequently
    suggest suggests task tell tells thereafter thing think thought total try trying turn turns type ultimately understand
    unlike upper various verify verified verifies view want wants whatever whenever wherever whichever whoever work works
    wrong
"""
"""What holds sentences together."""
LOOKING_WORDS = """
    answering x y former latter unlike whereas image picture photo photograph scene view frame part side sides center centre
    middle corner edge top bottom left right upper leftmost rightmost topmost bottommost foreground background position
    positions place places placed location locations located lies lie lying stand stands standing coordinate coordinates box
    boxes bounding cell grid row column region regions area areas horizontal vertical horizontally vertically direction
    distance apart far farther farthest close closer closest nearer depth height width size sizes pixel pixels unit units
    value values score result results output outputs tool tools call calls detector detect detects detected detection
    detections program step steps search searched searching looked look looks looking find finds finding found see sees
    seeing saw spot spotted identify identifies identified locate locates count counts counted counting number numbers
    numbered total totals altogether sum adding add added adds yield yields list listed lists listing compare compares
    compared comparing comparison check checks checked checking examine examining examined consider considering considered
    determine determined determines note noted notice noticed observe observed confirm confirms confirmed answer answers
    answered question questions reason reasoning explanation conclude concludes concluded conclusion fact facts based follow
    follows following exist exists existing existence presence absent absence contain contains containing contained include
    includes including included appear appears appearing visible evidence meaning describe described describes description
    color colors colour colours colored coloured kind kinds type types sort name named names text word words reads read
    reading written writing caption property properties attribute attributes feature features relation relative respectively
    correct true false sure difference different equal equals equally exceed exceeds exceeding outnumber outnumbers quantity
    overlap overlaps overlapping touch touches touching surroundings surrounding knowledge general satisfy satisfies
    satisfying pass passes passed meet meets criterion condition match matches matched matching qualify qualifies fulfil
    fulfils leaves leave leaving keep keeps kept member members pair fourth fifth ordered sorted greater smaller larger
    bigger taller shorter wider narrower longer lesser largest smallest biggest tallest shortest widest narrowest exact
    precise precisely half double twice analysis analyze analyzed analyzing analysing analysed appearance arranged aligned
    camera categories category centered centred clearly collection cross-check depicted depicts display displayed displays
    distances exactly highlighted image's indicate indicated indicates indicating information inspect inspected inspecting
    inspection items labeled labelled label labels measure measured measurement measures model models numerical observation
    observations occupy occupied occupies out picture's point-wise positioned positioning processed processing query queries
    querying recorded referring reference relations return returned returns reveal reveals revealed same-sized scan scanned
    scanning search-result second-last selected select selects situated spatial spatially subject subset target targets
    task's tested test tests threshold viewer visual visually vision axis axes x-axis y-axis x-coordinate y-coordinate
    x-coordinates y-coordinates left-hand right-hand left-most right-most side-by-side
"""
"""Talk of pictures, of looking and of reasoning."""
PLAIN = frozenset(LINKING_WORDS.split()) | frozenset(LOOKING_WORDS.split()) | GENERIC
"""Words that need no ground. Whatever is neither here nor in the trace or the question is unfounded."""


@lru_cache(maxsize=4096)
def lemma(word: str) -> str:
    """The word in lower case, of a noun the form for one; words that need no ground stay as they are."""
    low = word.lower().replace("’", "'").removesuffix("'s")
    if low in PLAIN or low in ATTRIBUTES:
        one = singular(low)
        return one if one in GENERIC else low
    return singular(low) if low not in IRREGULAR else low


def number_of(word: str) -> int | None:
    """The number that a word stands for."""
    return NUMBER_WORDS.get(word.lower())


def words_in(text: str) -> list[str]:
    """The words of a text as lemmas, in their order."""
    return [lemma(word) for word in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)]
