"""The language a page is in, and the switch."""

from authsrv.testing import Answer
from tests.pages.samples import PageCase

COOKIE = "__Host-authsrv-language"


class LanguageTests(PageCase):
    """Negotiated, then chosen."""

    def spoken(self, answer: Answer) -> str:
        """The language of the page."""
        return answer.text.partition('<html lang="')[2].partition('"')[0]

    def page(self, accept: str | None = None) -> str:
        """The language of the sign-in page."""
        headers = {} if accept is None else {"Accept-Language": accept}
        return self.spoken(self.stranger.get("/login", headers))

    def choose(self, language: str, back: str = "/login") -> Answer:
        """POST the switch."""
        return self.stranger.post("/language", {"language": language, "return": back})

    def test_negotiated(self) -> None:
        """The browser's best language that we speak is spoken, else English."""
        cases = {None: "en", "ko": "ko", "ko-KR,ko;q=0.9": "ko", "fr,ko;q=0.5,en;q=0.4": "ko",
                 "fr": "en", "ko;q=0": "en", "": "en", "ko;q=x": "en",
                 "en;q=0.1,ko;q=1": "ko"}  # fmt: skip
        for accept, spoken in cases.items():
            self.assertEqual(self.page(accept), spoken, accept)

    def test_varies(self) -> None:
        """The page says what it depends on."""
        self.assertEqual(self.stranger.get("/login").header("Vary"), "Cookie, Accept-Language")

    def test_chosen(self) -> None:
        """What was chosen stands against what the browser asks for, on every page."""
        answer = self.choose("ko")
        self.assert_to(answer, "/login")
        self.assertEqual(
            answer.all("Set-Cookie"),
            [f"{COOKIE}=ko; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax"],
        )
        self.assertEqual(self.page("en"), "ko")
        self.assertEqual(self.spoken(self.stranger.get("/nothing")), "ko")
        self.choose("en")
        self.assertEqual(self.page("ko"), "en")

    def test_back(self) -> None:
        """The switch leads back to where it was, and never elsewhere."""
        self.assert_to(
            self.choose("ko", "/login?return=/account/sessions"), "/login?return=/account/sessions"
        )
        for address in ("https://evil.example/", "//evil.example/"):
            self.assert_to(self.choose("ko", address), "/account")
        self.assert_to(self.choose("ko", ""), "/")

    def test_unknown(self) -> None:
        """A language we do not speak is not there, and is not kept."""
        for language in ("", "xx", "ko\r\nX: y", "en-GB"):
            answer = self.choose(language)
            self.assertEqual((answer.status, answer.all("Set-Cookie")), (404, []))

    def test_forged_cookie(self) -> None:
        """A cookie with another language is not believed."""
        self.stranger.cookies[COOKIE] = "../../etc"
        self.assertEqual(self.page("ko"), "ko")

    def test_cross_site(self) -> None:
        """Another site cannot choose for anybody."""
        self.stranger.headers["Sec-Fetch-Site"] = "cross-site"
        self.assertEqual(self.choose("ko").status, 403)
