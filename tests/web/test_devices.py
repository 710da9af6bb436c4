"""People recognise their devices by what the list calls them."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.web.devices import Described, Kind, describe

_MOZILLA = "Mozilla/5.0 "
_WEBKIT = " AppleWebKit/537.36 (KHTML, like Gecko) "
_IPHONE = _MOZILLA + "(iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
_WINDOWS = _MOZILLA + "(Windows NT 10.0; Win64; x64)" + _WEBKIT + "Chrome/140.0.0.0 Safari/537.36"
_ANDROID = _MOZILLA + "(Linux; Android 15; K)" + _WEBKIT

AGENTS = {
    _MOZILLA + "(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": (
        Described("Firefox", "Linux", Kind.COMPUTER)
    ),
    _IPHONE + "Version/18.0 Mobile/15E148 Safari/604.1": (
        Described("Safari", "iPhone", Kind.HANDHELD)
    ),
    _IPHONE + "CriOS/140.0 Mobile/15E148 Safari/604.1": (
        Described("Chrome", "iPhone", Kind.HANDHELD)
    ),
    _WINDOWS: Described("Chrome", "Windows", Kind.COMPUTER),
    _WINDOWS + " Edg/140.0.0.0": Described("Edge", "Windows", Kind.COMPUTER),
    _WINDOWS + " Whale/4.0": Described("Whale", "Windows", Kind.COMPUTER),
    _ANDROID + "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": (
        Described("Samsung Internet", "Android", Kind.HANDHELD)
    ),
    _ANDROID + "Version/4.0 Chrome/140.0 Mobile Safari/537.36 KAKAOTALK/2511": (
        Described("KakaoTalk", "Android", Kind.HANDHELD)
    ),
    _MOZILLA + "(Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15": (
        Described("Safari", "macOS", Kind.COMPUTER)
    ),
    "curl/8.5.0": Described("curl", "", Kind.PROGRAM),
    "": Described("", "", Kind.COMPUTER),
    "<script>alert(1)</script>": Described("", "", Kind.COMPUTER),
}


class DescribeTests(SynchronousTestCase):
    """From a User-Agent to a name."""

    def test_known(self) -> None:
        """Each browser is called what its owner calls it, whoever else it claims to be."""
        for agent, described in AGENTS.items():
            self.assertEqual(describe(agent), described, agent)

    @given(st.text())
    def test_own_words(self, agent: str) -> None:
        """Whatever is sent, only names of our own are shown."""
        found = describe(agent)
        for name in (found.browser, found.system):
            self.assertLess(len(name), 20)
            self.assertTrue(name == "" or name.replace(" ", "").isalpha())
