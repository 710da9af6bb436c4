"""The file, the environment and the command line, one upon the other."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.mistakes import Origin
from authsrv.settings.sources import Sources, parse_variable, variable
from tests.settings.samples import directory


class Files(SynchronousTestCase):
    def read(self, content: bytes) -> Sources:
        path = directory(self) / "f.toml"
        path.write_bytes(content)
        sources = Sources()
        self.readable = sources.read_file(path)
        self.said = [str(each).replace(f"{path}", "f.toml") for each in sources.mistakes]
        return sources

    def test_good(self) -> None:
        """What a file says is kept with the line it says it in; a byte order mark is no matter."""
        sources = self.read(b"\xef\xbb\xbf[a]\nb = 1\n")
        self.assertTrue(self.readable)
        self.assertEqual(sources.data, {"a": {"b": 1}})
        self.assertEqual(sources.origins["a", "b"].line, 2)

    def test_syntax(self) -> None:
        """A slip of syntax names its line and says what it is."""
        for content in [b"a = 1\nb = = 2\n", b"a = 1\na = 2\n", b'x = 1\na = "\n', b"a = 1\nb"]:
            self.read(content)
            self.assertFalse(self.readable)
            self.assertEqual(len(self.said), 1)
            self.assertRegex(self.said[0], r"^f\.toml:2: this is not TOML: .*; put this line right")

    def test_not_text(self) -> None:
        """Bytes that are no UTF-8 are found in their line."""
        self.read(b"a = 1\nb = 2\nc = '\xff'\n")
        self.assertEqual(self.said, ["f.toml:3: is not UTF-8 text; save the file as UTF-8"])

    def test_missing(self) -> None:
        """A file that is not there is a mistake that says how to make one."""
        sources = Sources()
        self.assertFalse(sources.read_file(directory(self) / "none.toml"))
        self.assertIn("authsrv init", str(sources.mistakes[0]))

    def test_depth_and_size(self) -> None:
        """Brackets without end and numbers without end are mistakes, not crashes."""
        for content in [b"a = " + b"[" * 100000, b"a = " + b"9" * 5000]:
            self.read(content)
            self.assertFalse(self.readable)

    def test_development(self) -> None:
        """Development is chosen when the server is started, and nowhere else."""
        sources = self.read(b"a = 1\ndevelopment = true\n")
        self.assertNotIn("development", sources.data)
        self.assertRegex(self.said[0], "^f.toml:2: development: is not a setting; .*--development")


class Variables(SynchronousTestCase):
    def read(self, **environ: str) -> Sources:
        sources = Sources()
        sources.data = {"sessions": {"idle": "1h", "store": "memory:"}, "mail": 5}
        sources.origins["sessions", "idle"] = Origin("f", 2)
        sources.read_environment(environ)
        return sources

    def test_stands_for_its_key(self) -> None:
        """A variable stands above the file, and is named as the origin."""
        sources = self.read(AUTHSRV_SESSIONS__IDLE="2h", AUTHSRV_PUBLIC_URL="https://a", PATH="x")
        self.assertEqual(sources.data["sessions"], {"idle": "2h", "store": "memory:"})
        self.assertEqual(sources.data["public_url"], "https://a")
        self.assertEqual(sources.origins["sessions", "idle"], Origin("AUTHSRV_SESSIONS__IDLE"))

    def test_unknown(self) -> None:
        """A variable that stands for nothing is a mistake that names the one that was meant."""
        said = [str(each) for each in self.read(AUTHSRV_SESSION__IDLE="2h", AUTHSRV_="").mistakes]
        self.assertIn(
            "AUTHSRV_SESSION__IDLE: is not a setting; did you mean AUTHSRV_SESSIONS__IDLE?", said
        )
        self.assertEqual(len(said), 2)

    def test_not_development(self) -> None:
        """A variable cannot choose development."""
        sources = self.read(AUTHSRV_DEVELOPMENT="true")
        self.assertNotIn("development", sources.data)
        self.assertIn("twistd authsrv --development", str(sources.mistakes[0]))

    def test_a_broken_section_stays(self) -> None:
        """A variable does not hide that the file has a number where a section should be."""
        self.assertEqual(self.read(AUTHSRV_MAIL__URL="smtp://h").data["mail"], 5)

    def test_overrides(self) -> None:
        """The command line stands above the variables; None says nothing."""
        sources = self.read(AUTHSRV_WORKERS__COUNT="2")
        sources.read_overrides({"workers.count": 3, "auth": None})
        self.assertEqual(sources.data["workers"], {"count": 3})
        self.assertNotIn("auth", sources.data)
        self.assertEqual(sources.origins["workers", "count"], Origin("workers.count"))

    def test_values(self) -> None:
        """A variable holds TOML, JSON or just text."""
        values: dict[str, object] = {
            "2h": "2h",
            "4": 4,
            "true": True,
            '["a", "b"]': ["a", "b"],
            '[{"a": "b\\/c"}]': [{"a": "b/c"}],
            '{file = "/x"}': {"file": "/x"},
            "1\ny = 2": "1\ny = 2",
            "[": "[",
            "": "",
            "https://a#b": "https://a#b",
        }
        self.assertEqual([parse_variable(text) for text in values], list(values.values()))

    def test_name(self) -> None:
        """A key's variable is its name in capitals, with two underscores for each dot."""
        self.assertEqual(variable(("tls", "client_ca")), "AUTHSRV_TLS__CLIENT_CA")

    @given(st.text())
    def test_any_text(self, text: str) -> None:
        """No text in a variable can do worse than be a text."""
        parse_variable(text)
