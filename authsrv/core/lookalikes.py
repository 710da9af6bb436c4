"""Letters that look alike: enough of UTS #39 for account names of one script."""

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
# Within Latin script and digits.
_SAME_SHAPE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "-": "_", ".": "_"})


def skeleton(name: str) -> str:
    """The shape of *name* with accents and look-alikes folded: equal shapes are confusable."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if unicodedata.category(c) != "Mn")
    folded = bare.translate(_LATIN_SHAPES).translate(_SAME_SHAPE)
    return unicodedata.normalize("NFC", folded.replace("rn", "m").replace("vv", "w"))


# Scripts that belong together in one name: Japanese writes with three.
_JAPANESE = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK"}


def scripts(name: str) -> frozenset[str]:
    """The scripts that the letters of *name* are written in.

    The standard library does not tell scripts; a letter's Unicode name begins with its script.
    """
    found = {
        unicodedata.name(c, "UNKNOWN").split(" ")[0]
        for c in name
        if unicodedata.category(c).startswith("L")
    }
    return frozenset(_JAPANESE.get(script, script) for script in found)
