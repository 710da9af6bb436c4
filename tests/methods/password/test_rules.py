"""Which passwords may be chosen."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.methods.password.rules import PasswordPolicy, repeated_unit
from authsrv.wiring.house import common_passwords

LEAST = 15
POLICY = PasswordPolicy(LEAST, common_passwords())
TEXT = st.text(min_size=1, max_size=40)


class PolicyTests(SynchronousTestCase):
    """What is refused, and that nothing else is."""

    def why(self, password: str, *words: str) -> str | None:
        """What is wrong with it."""
        return POLICY(password, words)

    def test_good(self) -> None:
        """Length is enough: words, any script, no capital or digit is asked for."""
        for password in (
            "correct horse battery staple",
            "가나다라마바사아자차카타파하거",
            " " * 7 + "abcdefgh",
        ):
            self.assertIsNone(self.why(password, "alice", "", "al"), password)

    def test_length(self) -> None:
        """The length counts characters, at least as many as the policy says."""
        self.assertEqual(self.why("abcdefgh1234567"[:14]), "password-short")
        self.assertIsNone(self.why("abcdefgh1234xyz"))
        self.assertIsNone(PasswordPolicy(8, frozenset())("가나다라마바사아", ()))

    def test_common(self) -> None:
        """A listed password is refused in any case, and repeated to be long enough."""
        policy = PasswordPolicy(8, frozenset({"password", "iloveyou1"}))
        for password in ("PassWord", "iloveyou1", "passwordpassword", "PASSWORDpassword"):
            self.assertEqual(policy(password, ()), "password-common")
        self.assertIsNone(policy("password of mine", ()))

    def test_one_or_two_letters(self) -> None:
        """One or two characters over and over are no password."""
        for password in ("a" * 30, "ab" * 15, "가" * 15):
            self.assertEqual(self.why(password), "password-common")
        self.assertIsNone(self.why("abc" * 8))

    def test_own_words(self) -> None:
        """A password that is little but the account's name or address is refused."""
        words = ("alice", "alice@example.com")
        for password in (
            "alicealicealicealice",
            "ALICE@example.com",
            "alice@example.com7",
            "alice-2026-alice",
        ):
            self.assertEqual(self.why(password, *words), "password-name", password)
        self.assertIsNone(self.why("alice had a little lamb", *words))

    def test_short_words(self) -> None:
        """A word of one or two letters, or none, is in everything and forbids nothing."""
        self.assertIsNone(self.why("aaaaaaa bbbbbbb ccc", "a", "", "bb"))

    def test_list(self) -> None:
        """The list that is shipped is long, case-folded and without blanks."""
        listed = common_passwords()
        self.assertGreater(len(listed), 10000)
        self.assertEqual([p for p in listed if not p or p != p.casefold() or p != p.strip()], [])

    @given(st.text(max_size=LEAST - 1), st.lists(TEXT))
    def test_never_short(self, password: str, words: list[str]) -> None:
        """No password under the least length is ever allowed."""
        self.assertEqual(POLICY(password, words), "password-short")

    @given(st.text(min_size=LEAST), st.lists(TEXT))
    def test_case(self, password: str, words: list[str]) -> None:
        """Capitals change nothing, of the password or of the words."""
        folded = [word.casefold() for word in words]
        if len(password.casefold()) == len(password):
            self.assertEqual(POLICY(password, words), POLICY(password.casefold(), folded))

    @given(TEXT.filter(lambda t: len(t) >= 3), st.integers(5, 9))
    def test_name_repeated(self, name: str, times: int) -> None:
        """A name repeated is never a password for that name."""
        self.assertIsNotNone(POLICY(name * times, [name]))

    @given(st.text(min_size=LEAST, max_size=60), st.lists(TEXT, max_size=4), TEXT)
    def test_fewer_words(self, password: str, words: list[str], more: str) -> None:
        """One word more to avoid never allows what was refused."""
        if POLICY(password, words) is not None:
            self.assertIsNotNone(POLICY(password, [*words, more]))


class RepeatedUnitTests(SynchronousTestCase):
    """What a text is a repetition of."""

    @given(TEXT, st.integers(1, 5))
    def test_repetition(self, text: str, times: int) -> None:
        """A repetition has the unit of what is repeated; the text is its unit over and over."""
        unit = repeated_unit(text * times)
        self.assertEqual(unit, repeated_unit(text))
        self.assertEqual(unit * (len(text) // len(unit)), text)

    @given(TEXT)
    def test_shortest(self, text: str) -> None:
        """No shorter text gives it by repetition."""
        unit = repeated_unit(text)
        shorter = (text[:n] for n in range(1, len(unit)) if len(text) % n == 0)
        self.assertFalse(any(part * (len(text) // len(part)) == text for part in shorter))

    def test_empty(self) -> None:
        """Nothing is a repetition of nothing."""
        self.assertEqual(repeated_unit(""), "")
