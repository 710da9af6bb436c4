"""Letters that look alike, and those nobody sees: enough of UTS #39 for names of one script."""

import re
import unicodedata

# Cyrillic, Greek and Armenian letters that a reader takes for Latin ones, in the case-folded
# forms that remain after normalisation.  Mixed scripts are refused before this is asked, so it
# only has to tell a name written wholly in one script from the same shape in another.
_LATIN_SHAPES = str.maketrans(
    {
        "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "і": "i", "ї": "i",
        "ј": "j", "к": "k", "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "г": "r",
        "ѕ": "s", "т": "t", "у": "y", "ү": "y", "ѵ": "v", "ԝ": "w", "х": "x", "з": "3", "ь": "b",
        "α": "a", "β": "b", "ε": "e", "γ": "y", "η": "n", "ι": "l", "κ": "k", "μ": "u", "ν": "v",
        "ο": "o", "ρ": "p", "σ": "o", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ζ": "z",
        "օ": "o", "ս": "u", "հ": "h", "ո": "n", "զ": "q", "ց": "g", "ա": "w", "յ": "j",
        "ı": "l", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ɡ": "g", "ɑ": "a", "ſ": "s",
    }
)  # fmt: skip
# Within Latin script and digits, and kana that look like Chinese characters.
_SAME_SHAPE = str.maketrans(
    {
        "0": "o", "1": "l", "i": "l", "5": "s", "-": "_", ".": "_",
        "カ": "力", "ロ": "口", "ー": "一", "エ": "工", "タ": "夕", "ニ": "二", "ハ": "八",
        "ト": "卜", "ヘ": "へ",
    }
)  # fmt: skip

# Letters whose accents may be left away without making another letter of them.
_ACCENTED = ("LATIN ", "GREEK ", "CYRILLIC ", "ARMENIAN ")
# Default_Ignorable_Code_Point that are letters or marks: they take no room (UAX #44).
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# The recommended scripts of UAX #31, table 5, as letters' names begin.
_SCRIPTS = re.compile(
    "LATIN|GREEK|CYRILLIC|ARMENIAN|GEORGIAN|HEBREW|ARABIC|DEVANAGARI|BENGALI|GURMUKHI|GUJARATI"
    "|ORIYA|TAMIL|TELUGU|KANNADA|MALAYALAM|SINHALA|THAI|LAO|TIBETAN|MYANMAR|KHMER|ETHIOPIC|HANGUL"
    "|HIRAGANA|KATAKANA|CJK|BOPOMOFO"
)
# Scripts that belong together in one name: Japanese writes with three.
_TOGETHER = {
    "HIRAGANA": "CJK",
    "KATAKANA": "CJK",
    "KATAKANA-HIRAGANA": "CJK",
    "IDEOGRAPHIC": "CJK",
    "VERTICAL": "CJK",
}
_DIGITS = frozenset("0123456789")


def skeleton(name: str) -> str:
    """The shape of *name* with accents and look-alikes folded: equal shapes are confusable."""
    folded = _without_accents(name).translate(_LATIN_SHAPES).translate(_SAME_SHAPE)
    return unicodedata.normalize("NFC", folded.replace("rn", "m").replace("vv", "w"))


def _without_accents(name: str) -> str:
    kept: list[str] = []
    base = " "
    for c in unicodedata.normalize("NFD", name):
        if unicodedata.category(c) != "Mn":
            base = c
        # In other scripts a mark is a vowel or makes another consonant.
        elif base.isascii() or unicodedata.name(base, "").startswith(_ACCENTED):
            continue
        kept.append(c)
    return unicodedata.normalize("NFC", "".join(kept))


def scripts(name: str) -> frozenset[str]:
    """The scripts that the letters of *name* are written in."""
    return frozenset(_script(c) for c in name if unicodedata.category(c).startswith("L"))


def is_readable(character: str) -> bool:
    """Whether names may hold *character*: a letter or mark of a script in use, or a digit 0-9.

    Other scripts' digits look like letters elsewhere; Latin has small capitals and click letters
    that pass for others.
    """
    kind = unicodedata.category(character)
    if character in _DIGITS:
        return True
    if kind not in {"Ll", "Lo", "Lm", "Lu", "Lt", "Mn", "Mc"} or not is_visible(character):
        return False
    if kind.startswith("M"):
        return True
    script = _script(character)
    if script == "LATIN":
        return unicodedata.name(character).startswith("LATIN SMALL LETTER")
    return _SCRIPTS.fullmatch(script) is not None


def is_visible(character: str) -> bool:
    """Whether *character* shows at all."""
    return character.isprintable() and not _INVISIBLE.match(character)


def _script(letter: str) -> str:
    # The standard library does not tell scripts; a letter's Unicode name begins with its script.
    script = unicodedata.name(letter, "UNKNOWN").split(" ")[0]
    return _TOGETHER.get(script, script)
