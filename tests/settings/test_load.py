"""Settings read as a whole."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings import Settings, SettingsError, load
from authsrv.settings.keys import known_keys
from tests.settings.samples import LEAST, directory, mistakes

_ROOT = Path(__file__).resolve().parent.parent.parent
_SIX = """\
public_url = "https://login.example.com/start"
[sesions]
idle = "1h"

[sessions]
idle = "1 hour"          # no
[listen]
https = [
    "0.0.0.0:8443",
    "example.com:8443",
    "0.0.0.0:8443",
]
[passwords]
argon2 = {memory_kib = 20000, time = 1, lanes = 1}
"""


class Loading(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = directory(self) / "authsrv.toml"

    def load(self, text: str, **more: Any) -> Settings:
        self.path.write_text(text, "utf-8")
        return load(self.path, **more)

    def said(self, text: str, **more: Any) -> list[str]:
        self.path.write_text(text, "utf-8")
        return mistakes(self.path, **more)

    def test_defaults(self) -> None:
        """The least that is valid has the defaults, and paths beside the file."""
        settings = self.load(LEAST)
        base = self.path.parent
        self.assertEqual(settings.sessions.store, f"sqlite:{base}/var/sessions.db")
        self.assertEqual(settings.accounts.store, f"sqlite:{base}/var/accounts.db")
        self.assertEqual(settings.listen.authz, (f"unix:{base}/authz.sock",))
        self.assertEqual((settings.sessions.idle, settings.passwords.min_length), (3600.0, 15))

    def test_six_mistakes(self) -> None:
        """All mistakes are found at once, each in its line, in order."""
        said = self.said(_SIX)
        self.assertEqual(len(said), 6)
        wanted = [
            'authsrv.toml:1: public_url: "https://login.example.com/start" is not an origin; ',
            "authsrv.toml:2: sesions: is not a setting; did you mean sessions?",
            'authsrv.toml:6: sessions.idle: "1 hour" is not a duration; write 90s, 15m, 1h or 30d',
            'authsrv.toml:10: listen.https: "example.com:8443" is not an address to listen on; ',
            'authsrv.toml:11: listen.https: "0.0.0.0:8443" is here twice; ',
            "authsrv.toml:14: passwords.argon2: 20000 KiB and time 1 are too weak; ",
        ]
        # The missing certificate would be a ghost: the list of addresses is broken.
        for line, beginning in zip(said, wanted, strict=True):
            self.assertTrue(line.startswith(beginning), line)

    def test_types(self) -> None:
        """Every wrong type is told in TOML's words, not Python's."""
        text = (
            LEAST + "admin = 5\nhttp = [5]\n[tls]\nhttp2 = 1\ncertificates = [1]\n[mail]\nurl = 1\n"
        )
        text += (
            "[limits]\nbody_bytes = '1'\nstreams = 0\nhead_fields = 1.5\n[log]\nformat = 'xml'\n"
        )
        said = "\n".join(self.said(text + "[passwords]\nmin_length = 7\nargon2 = 1\n"))
        for told in [
            "listen.admin: 5 is not a list",
            "listen.http: 5 is not text",
            "tls.http2: 1 is neither true nor false",
            "tls.certificates: 1 is not a table of keys",
            "mail.url: 1 is not text",
            'limits.body_bytes: "1" is not a whole number',
            "limits.streams: 0 is too small; write 1 or more",
            "limits.head_fields: 1.5 is not a whole number",
            "log.format: \"xml\" is not known; write 'json' or 'text'",
            "passwords.min_length: 7 is too small; write 8 or more",
            "passwords.argon2: 1 is not a table of keys",
        ]:
            self.assertIn(told, said)

    def test_missing(self) -> None:
        """What must be there and is not is told with an example."""
        said = self.said("[listen]\nauthz = ['unix:/a']\n[tls]\ncertificates = [{key = 'x'}]\n")
        self.assertEqual(
            said,
            [
                'authsrv.toml:1: public_url: is missing; write public_url = "https://login.example.com"',
                "authsrv.toml:4: tls.certificates.certificate: is missing; "
                'write certificate = "certs/localhost.pem"',
            ],
        )

    def test_half_a_rate(self) -> None:
        """A part that is missing deep down does not hide the other mistakes."""
        said = self.said(LEAST + "[throttle]\nper_account = {attempts = 5}\nper_address = 5\n")
        self.assertEqual([line.split(":")[1] for line in said], ["5", "6"])

    def test_section_that_is_none(self) -> None:
        """A value where a section should be is one mistake."""
        said = self.said("sessions = 5\n" + LEAST)
        self.assertEqual(len(said), 1)
        self.assertIn("sessions: 5 is not a table of keys", said[0])

    def test_environment(self) -> None:
        """A variable overrides the file, and a mistake in it is named by the variable."""
        name = "AUTHSRV_SESSIONS__IDLE"
        text = LEAST + '[sessions]\nidle = "1 hour"\n'
        self.assertEqual(self.load(text, environ={name: "2h"}).sessions.idle, 7200.0)
        said = self.said(LEAST, environ={name: "soon"})
        self.assertEqual(said, [f'{name}: "soon" is not a duration; write 90s, 15m, 1h or 30d'])

    def test_environment_lists(self) -> None:
        """A list in a variable takes the place of the whole list."""
        environ = {"AUTHSRV_LISTEN__AUTHZ": '["127.0.0.1:1", "x"]', "AUTHSRV_TRUST__PROXIES": "[]"}
        said = self.said(LEAST, environ=environ)
        self.assertEqual(len(said), 1)
        self.assertTrue(said[0].startswith('AUTHSRV_LISTEN__AUTHZ: "x" is not an address'), said)

    def test_unknown_variable_alone(self) -> None:
        """An unknown variable is a mistake even if all else is right."""
        self.assertEqual(len(self.said(LEAST, environ={"AUTHSRV_SESSION_IDLE": "2h"})), 1)

    def test_every_key_has_a_variable(self) -> None:
        """Every key there is can be given by a variable."""
        for key in known_keys():
            if key[:2] != ("tls", "certificates") or len(key) == 2:
                environ = {"AUTHSRV_" + "__".join(key).upper(): "{x=}"}
                for line in self.said(LEAST, environ=environ):
                    self.assertNotIn("is not a setting", line)

    def test_overrides(self) -> None:
        """The command line stands above the environment, and is named in its mistakes."""
        environ = {"AUTHSRV_WORKERS__COUNT": "2"}
        overrides = {"workers.count": 3}
        self.assertEqual(self.load(LEAST, environ=environ, overrides=overrides).workers.number, 3)
        said = self.said(LEAST, overrides={"workers.count": 0, "nonsense": 1})
        self.assertTrue(said[0].startswith("nonsense: is not a setting"), said)
        self.assertTrue(said[1].startswith("workers.count: 0 is not a number of workers"), said)

    def test_broken_rate(self) -> None:
        """A rate written as a table, of which a part is wrong, is a mistake in its line."""
        text = LEAST + '[throttle]\nper_account = {attempts = 0, window = "1m"}\n'
        said = self.said(text + 'per_address = {attempts = 1, window = "soon"}\n')
        wanted = [
            "authsrv.toml:5: throttle.per_account.attempts: 0 is too small; write 1 or more",
            'authsrv.toml:6: throttle.per_address.window: "soon" is not a duration; '
            "write 90s, 15m, 1h or 30d",
        ]
        self.assertEqual(said, wanted)

    def test_secret_file(self) -> None:
        """A secret can stand in a file, and is not printed with the settings."""
        (self.path.parent / "mail").write_text("smtps://u:hunter2@h\n")
        settings = self.load(LEAST + '[mail]\nurl = {file = "mail"}\n')
        self.assertEqual(settings.mail.url, "smtps://u:hunter2@h")
        self.assertNotIn("hunter2", repr(settings))

    def test_secrets_are_not_printed(self) -> None:
        """A mistake in a secret does not tell it."""
        text = (
            LEAST + '[mail]\nurl = "smtp:hunter2"\n[accounts]\nstore = "postgresql://a:hunter2@h"\n'
        )
        said = self.said(text)
        self.assertEqual(len(said), 2)
        self.assertNotIn("hunter2", "".join(said))

    def test_empty_is_absent(self) -> None:
        """An empty text for what may be absent says that it is."""
        text = 'cookie_domain = ""\nauth = ""\n' + LEAST
        text += '[tls]\nclient_ca = ""\n[mail]\nurl = ""\n[log]\nfile = ""\n'
        settings = self.load(text)
        self.assertIsNone(settings.cookie_domain or settings.auth or settings.tls.client_ca)
        self.assertIsNone(settings.mail.url or settings.log.file)

    def test_syntax_and_environment(self) -> None:
        """A slip of syntax does not hide a wrong variable, nor does it invent what is missing."""
        said = self.said("a = = 1", environ={"AUTHSRV_NONSENSE": "1"})
        self.assertEqual(len(said), 2)

    def test_to_the_workers(self) -> None:
        """A worker gets the same settings, although it is told by JSON."""
        text = LEAST + '[throttle]\nper_account = "3/1m"\n[log]\nfile = "a.log"\n'
        settings = self.load(text)
        self.assertEqual(Settings.model_validate_json(settings.model_dump_json()), settings)

    def test_frozen(self) -> None:
        """Nobody changes settings under way."""
        settings = self.load(LEAST)
        self.assertRaises(ValueError, setattr, settings.sessions, "idle", 1.0)


_KEYS = st.sampled_from([".".join(key) for key in known_keys()] + ["development", "x"])
_WRITTEN = r"""
1 0 -1 "" "x" [] [1] ["x"] {} {attempts=1} true nan 1e400 1979-05-27 {file="x"} "sqlite:x" "1h" [{}]
"unix:x" [{key=1}] [["x"],{}] "\u0000" "https://a" ["[::1]:1","[::]:1"] "127.0.0.1:1" "\u2028"
"""
_VALUES = st.just("0x" + "f" * 5000) | st.sampled_from(_WRITTEN.split())


class AnyText(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = directory(self) / "authsrv.toml"

    def assertLoadsOrSays(self, **more: Any) -> None:
        try:
            load(self.path, **more)
        except SettingsError as error:
            self.assertTrue(error.mistakes)
            self.assertEqual(len(str(error).splitlines()), len(error.mistakes))

    @given(st.binary() | st.text(st.characters(codec="utf-8")).map(str.encode))
    def test_bytes(self, content: bytes) -> None:
        """No bytes whatever are more than a mistake."""
        self.path.write_bytes(content)
        self.assertLoadsOrSays()

    @given(st.lists(st.tuples(_KEYS, _VALUES), max_size=8), st.booleans())
    def test_values(self, pairs: list[tuple[str, str]], development: bool) -> None:
        """No value of any key is more than a mistake, alone or with others."""
        self.path.write_text("\n".join(f"{key} = {value}" for key, value in dict(pairs).items()))
        self.assertLoadsOrSays(overrides={"development": development})

    @given(st.dictionaries(_KEYS, _VALUES | st.text(), max_size=5))
    def test_environment(self, pairs: dict[str, str]) -> None:
        """No variable is more than a mistake."""
        self.path.write_text(LEAST)
        environ = {f"AUTHSRV_{key.replace('.', '__').upper()}": pairs[key] for key in pairs}
        self.assertLoadsOrSays(environ=environ)


class StartUp(SynchronousTestCase):
    def test_nothing_heavy(self) -> None:
        """Reading settings loads neither Twisted nor a database nor cryptography."""
        heavy = ["twisted", "sqlalchemy", "cryptography", "OpenSSL", "click", "jinja2"]
        code = f"import sys, authsrv.settings; print([m for m in {heavy} if m in sys.modules])"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.strip(), "[]")
