"""Names that look alike have one skeleton."""

import unicodedata
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.accounts import normalise_name
from authsrv.core.lookalikes import scripts, skeleton

# The names of each line look the same to somebody in a hurry.
ALIKE = [
    ("paypal", "раураl", "раураӏ", "paypa1", "PAYPAL", "payраl", "pаypаl", "pàypál"),
    ("modern", "modem", "rnodern", "rnodem", "mоdern"),
    ("google", "g00gle", "goog1e", "gооgle", "g0ogle", "googIe", "göögle", "gοοgle"),
    ("admin", "adm1n", "adrnin", "аdmin", "аdrnіn", "admın", "ａｄｍｉｎ", "Admin", "𝐚𝐝𝐦𝐢𝐧"),
    ("wave", "vvave", "ԝave", "wаve"),
    ("lisa", "1isa", "iisa", "llsa", "ӏisa", "Iisa"),
    ("susi", "5u5i", "ѕuѕi", "ſuſi"),
    ("jo.hn", "jo-hn", "jo_hn"),
    ("scope", "ѕсоре", "ѕcоpe"),
    ("nova", "ոova", "ηova"),
    ("soren", "søren"),
    ("lodz", "łodz", "łódź"),
    ("strasse", "straße", "ſtraſſe"),
]  # fmt: skip
DIFFERENT = [
    ("alice", "bob"), ("anna", "hanna"), ("kim", "kin"), ("김철수", "김철호"), ("山田", "山本"),
    ("иван", "пётр"), ("mark", "marc"), ("user2", "user3"), ("tom", "tim"), ("a_b", "ab"),
]  # fmt: skip
LETTERS = st.sampled_from(
    "aAiIlL1oO0rnmvwsS5-_.éøłıſßаеоріїёһԝзьαοχωζσςօսայΣК각김가한かガ山é\u0301\u0308"
)


def shape(text: str) -> str:
    """The skeleton of a name as accounts have it."""
    return skeleton(normalise_name(text))


class SkeletonTests(SynchronousTestCase):
    """The shape of a name."""

    def test_alike(self) -> None:
        """Names that look alike collide."""
        for line in ALIKE:
            for one, other in combinations(line, 2):
                self.assertEqual(shape(one), shape(other), (one, other))

    def test_different(self) -> None:
        """Names that nobody mistakes for each other do not collide."""
        for one, other in DIFFERENT:
            self.assertNotEqual(shape(one), shape(other), (one, other))

    def test_korean_stays(self) -> None:
        """Korean syllables are not taken apart, and have their own shapes."""
        self.assertEqual(shape("김철수"), "김철수")
        self.assertEqual(len({shape(name) for name in ("가나", "나가", "각나", "간나")}), 4)

    def test_every_character(self) -> None:
        """No character of the first two planes is an error, and each shape is its own shape."""
        for code in range(0x20000):
            once = skeleton(chr(code))
            self.assertEqual(skeleton(once), once, hex(code))

    @settings(deadline=None, max_examples=400)
    @given(st.text(LETTERS, max_size=12) | st.text(max_size=12))
    def test_idempotent(self, text: str) -> None:
        """The shape of a shape is that shape."""
        once = skeleton(normalise_name(text))
        self.assertEqual(skeleton(once), once)

    @settings(deadline=None)
    @given(st.text(LETTERS, max_size=12) | st.text(max_size=12))
    def test_canonical(self, text: str) -> None:
        """Text that is canonically equal has one shape, and it is composed."""
        shapes = {skeleton(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
        self.assertEqual(shapes, {skeleton(text)})
        self.assertTrue(unicodedata.is_normalized("NFC", skeleton(text)))


class ScriptTests(SynchronousTestCase):
    """What a name is written in."""

    def test_one(self) -> None:
        """Each of the world's ways of writing is one script."""
        for name, script in (
            ("alice", "LATIN"), ("josé", "LATIN"), ("иван", "CYRILLIC"), ("νίκος", "GREEK"),
            ("김철수", "HANGUL"), ("山田", "CJK"), ("たろう", "CJK"), ("タロー", "CJK"),
            ("山田たろう", "CJK"), ("עדה", "HEBREW"), ("عمر", "ARABIC"), ("สมชาย", "THAI"),
            ("राम", "DEVANAGARI"),
        ):  # fmt: skip
            self.assertEqual(scripts(name), {script}, name)

    def test_mixed(self) -> None:
        """Letters of two scripts are told apart, however few there are of one."""
        self.assertEqual(scripts("pаypal"), {"LATIN", "CYRILLIC"})
        self.assertEqual(scripts("οmega"), {"LATIN", "GREEK"})
        self.assertEqual(scripts("김kim"), {"HANGUL", "LATIN"})
        self.assertEqual(scripts("иvаν"), {"LATIN", "CYRILLIC", "GREEK"})

    def test_no_letters(self) -> None:
        """Digits, marks and punctuation belong to no script."""
        self.assertEqual(scripts("12.3-4_5@6+7"), frozenset())
        self.assertEqual(scripts(""), frozenset())
        self.assertEqual(scripts("a1.b"), {"LATIN"})
