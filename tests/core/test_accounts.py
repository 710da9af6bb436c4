"""Who may sign in, and which names are the same name."""

import unicodedata

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.accounts import (
    LONGEST_NAME,
    LONGEST_TEXT,
    Account,
    clean_group,
    clean_text,
    new_name,
    normalise_name,
    still_theirs,
)
from authsrv.core.errors import InvalidFields
from authsrv.core.lookalikes import skeleton
from authsrv.core.sessions import Device, Lifetimes, begin

ALICE = Account("a1", "alice", epoch=3, password_hash="$argon2id$secret")
SESSION = begin(
    id="s1", account_id="a1", epoch=3, now=0, lifetimes=Lifetimes(), remember=False, device=Device()
)
NAMES = st.text("abcXYZ019._-@+éßſİıаяφς김각かカ山\u0301ﬁＡ", max_size=20) | st.text(max_size=20)


def problem(text: str) -> str | None:
    """The message about *text* as a new name, or None if it is taken."""
    try:
        new_name(text)
    except InvalidFields as error:
        return error.fields["name"]
    return None


class AccountTests(SynchronousTestCase):
    """Somebody who may sign in."""

    def test_hash_is_not_printed(self) -> None:
        """An account in a log line does not show its password's hash."""
        self.assertNotIn("argon2", repr(ALICE))
        self.assertNotIn("argon2", str([ALICE]))

    def test_shown_name(self) -> None:
        """People are called by their display name, or by their name if they have none."""
        self.assertEqual(ALICE.shown_name, "alice")
        self.assertEqual(evolve(ALICE, display_name="Alice Liddell").shown_name, "Alice Liddell")


class StillTheirsTests(SynchronousTestCase):
    """Whether a session still speaks for its account."""

    def test_same_epoch(self) -> None:
        """A session of the account's own epoch does."""
        self.assertTrue(still_theirs(SESSION, ALICE))

    def test_ended(self) -> None:
        """Not after the account was removed or disabled, nor in another epoch, earlier or later."""
        gone = [None, evolve(ALICE, disabled=True), evolve(ALICE, epoch=4), evolve(ALICE, epoch=2)]
        for account in gone:
            self.assertFalse(still_theirs(SESSION, account), account)


class NormaliseTests(SynchronousTestCase):
    """Names as they are compared."""

    def test_same(self) -> None:
        """Case, width, composition, ligatures and spaces around do not make another name."""
        for text, expected in (
            ("Alice", "alice"), (" alice\t\n", "alice"), ("ＡＬＩＣＥ", "alice"),
            ("\u3000alice", "alice"), ("josé", "jose\u0301"), ("JOSÉ", "josé"), ("ﬁona", "fiona"),
            ("STRASSE", "straße"), ("ΝΊΚΟΣ", "νίκος"), ("ИВАН", "иван"),
            ("\u1100\u1161\u11a8", "각"), ("ｶﾞｷ", "ガキ"),
            ("𝓐lice", "alice"), ("①", "1"), ("\u212aim", "kim"), ("Å", "\u212b"),
        ):  # fmt: skip
            self.assertEqual(normalise_name(text), normalise_name(expected), text)

    def test_different(self) -> None:
        """Accents and look-alikes are names of their own until somebody wants to have one."""
        self.assertNotEqual(normalise_name("jose"), normalise_name("josé"))
        self.assertNotEqual(normalise_name("alice"), normalise_name("аlice"))

    @settings(deadline=None)
    @given(NAMES)
    def test_idempotent(self, text: str) -> None:
        """A normalised name is its own normal form (blanks that come of lone accents apart)."""
        once = normalise_name(text)
        if once == once.strip():
            self.assertEqual(normalise_name(once), once)

    @settings(deadline=None)
    @given(NAMES)
    def test_canonical(self, text: str) -> None:
        """Canonically equal text is one name, and the normal form is composed."""
        once = normalise_name(text)
        self.assertEqual(normalise_name(unicodedata.normalize("NFD", text)), once)
        self.assertTrue(unicodedata.is_normalized("NFKC", once))


class NewNameTests(SynchronousTestCase):
    """Names that somebody wants to have."""

    def test_good(self) -> None:
        """Names of people, machines and e-mail users are taken, in the scripts of the world."""
        for text in (
            "alice", "Alice", "a", "o.connor", "jean-luc", "build_bot", "alice+test@example.com",
            "user1", "1", "josé", "Łukasz", "иван", "νίκος", "김철수", "이", "남궁민수",
            "山田", "たろう", "タロー", "山田たろう", "עדה", "عمر", "राम", "김철수2",
        ):  # fmt: skip
            self.assertEqual(new_name(text), (normalise_name(text), skeleton(normalise_name(text))))

    def test_empty(self) -> None:
        """Nothing but spaces is no name."""
        for text in ("", " ", "\t\r\n", "\u3000\u2003"):
            self.assertEqual(problem(text), "name-empty", ascii(text))

    def test_length(self) -> None:
        """64 characters are taken, 65 are not, counted in the normal form."""
        self.assertIsNone(problem("a" * LONGEST_NAME))
        self.assertEqual(problem("a" * (LONGEST_NAME + 1)), "name-too-long")
        self.assertIsNone(problem("\u1100\u1161\u11a8" * LONGEST_NAME))
        self.assertEqual(problem("ß" * 33), "name-too-long")

    def test_invisible(self) -> None:
        """What cannot be seen, or turns the text around, is in no name."""
        unseen = [
            0, 7, 9, 10, 13, 0x1B, 0x20, 0x7F, 0x85, 0xA0, 0xAD, 0x61C, 0x180E, 0x2003,
            0x2028, 0x2029, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065),
            *range(0x2066, 0x206A), 0x2800, 0x3000, 0xFEFF, 0xFFF9, 0xFFFD, 0xD800, 0xE000, 0xE0001,
            0xE0041, 0x10FFFF, 0xFDD0,
        ]  # fmt: skip
        for code in unseen:
            self.assertEqual(problem(f"ali{chr(code)}ce"), "name-characters", hex(code))

    def test_around(self) -> None:
        """A zero-width character at either end is not trimmed but refused."""
        for text in ("\u200balice", "alice\u200b", "\ufeffalice", "\u202ealice", "alice\u2069"):
            self.assertEqual(problem(text), "name-characters", ascii(text))

    def test_characters(self) -> None:
        """What has a meaning in shells, addresses, headers and pages is in no name."""
        for character in "!\"#$%&'()*,/:;<=>?[\\]^`{|}~€§–—“”·•。、・":
            self.assertEqual(problem(f"ali{character}ce"), "name-characters", character)

    def test_begins(self) -> None:
        """A name does not begin with punctuation: no option, no hidden file, no mention."""
        for text in ("-alice", ".alice", "_alice", "@alice", "+alice", "-", "．alice"):
            self.assertEqual(problem(text), "name-characters", text)
        for text in ("a-", "a.", "a@"):
            self.assertIsNone(problem(text))

    def test_mixed_scripts(self) -> None:
        """Letters of two scripts in one name are made to deceive."""
        for text in (
            "pаypal",
            "pαypal",
            "аdmin",
            "김kim",
            "иvan",
            "alice山",
            "αб",
            "scоре",
            "たろkim",
        ):
            self.assertEqual(problem(text), "name-mixed-scripts", text)

    def test_skeletons_collide(self) -> None:
        """A name that is taken cannot be had again in letters that look the same."""
        for one, other in (
            ("paypal", "раураӏ"),
            ("modern", "modem"),
            ("bob", "b0b"),
            ("ali", "a1i"),
        ):
            self.assertNotEqual(new_name(one)[0], new_name(other)[0])
            self.assertEqual(new_name(one)[1], new_name(other)[1])

    @settings(deadline=None, max_examples=300)
    @given(NAMES)
    def test_taken_as_it_is(self, text: str) -> None:
        """A name that was taken is found again by its normal form, and would be taken again."""
        if problem(text) is None:
            name, shape = new_name(text)
            self.assertEqual(normalise_name(name), name)
            self.assertEqual(new_name(name), (name, shape))
            self.assertTrue(0 < len(name) <= LONGEST_NAME)
            self.assertNotIn(" ", name)

    def test_every_character(self) -> None:
        """Every character of the first two planes is taken in a stable form, or refused."""
        for code in range(0x20000):
            text = f"a{chr(code)}"
            if problem(text) is None:
                name = new_name(text)[0]
                self.assertEqual(normalise_name(name), name, hex(code))
                self.assertTrue(name.isprintable(), hex(code))


class CleanTextTests(SynchronousTestCase):
    """Display names and e-mail addresses."""

    def test_kept(self) -> None:
        """Letters, signs and pictures of all the world stay."""
        for text in (
            "Alice Liddell",
            "김철수 (개발팀)",
            "O'Connor, Jr.",
            "a@b.example",
            "😀",
            "d'Été",
            "ﬁ① ｗｉｄｅ",
        ):
            self.assertEqual(clean_text(text), text)

    def test_cleaned(self) -> None:
        """Line ends and tabs become one space; controls and what turns text around vanish."""
        for text, expected in (
            ("  a   b  ", "a b"), ("a\r\nSet-Cookie: b", "a Set-Cookie: b"), ("a\tb", "a b"),
            ("a\u2028b\u2029c\x85d", "a b c d"), ("a\x00b\x1b[1mc\x7f", "ab[1mc"),
            ("a\xa0b\u3000c", "a b c"), ("\u202eadmin\u202c", "admin"),
            ("a\u200bb\ufeffc\xadd", "abcd"),
            ("a\ud800b", "ab"), ("e\u0301", "é"), ("", ""), (" \n ", ""),
        ):  # fmt: skip
            self.assertEqual(clean_text(text), expected, ascii(text))

    def test_length(self) -> None:
        """256 characters are kept, what is beyond is cut."""
        self.assertEqual(clean_text("a" * 300), "a" * LONGEST_TEXT)
        self.assertEqual(clean_text(" " * 300 + "a"), "a")

    @settings(deadline=None)
    @given(st.text())
    def test_any_text(self, text: str) -> None:
        """The result is one printable line, bounded, and clean already."""
        cleaned = clean_text(text)
        self.assertTrue(cleaned.isprintable())
        self.assertLessEqual(len(cleaned), LONGEST_TEXT)
        if len(cleaned) < LONGEST_TEXT:
            self.assertEqual(clean_text(cleaned), cleaned)


class CleanGroupTests(SynchronousTestCase):
    """Names of groups."""

    def test_kept(self) -> None:
        """Letters and spaces are a group's name; spaces around and within are tidied."""
        self.assertEqual(clean_group("  web   team\n"), "web team")
        self.assertEqual(clean_group("개발팀"), "개발팀")
        self.assertEqual(clean_group("a" * LONGEST_NAME), "a" * LONGEST_NAME)

    def test_refused(self) -> None:
        """Nothing, too much, and what would read as two groups are no group."""
        for text in ("", " ", "\x00", "a,b", "a;b", "a|b", ",", "a" * (LONGEST_NAME + 1)):
            with self.assertRaises(InvalidFields) as caught:
                clean_group(text)
            self.assertEqual(caught.exception.fields, {"group": "group-characters"})
