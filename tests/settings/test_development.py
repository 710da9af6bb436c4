"""What --development makes of the settings."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings import Settings, SettingsError, load
from tests.settings.samples import directory, mistakes

ON = {"development": True}


class Development(SynchronousTestCase):
    def write(self, text: str) -> Path:
        path = directory(self) / "authsrv.toml"
        path.write_text(text)
        return path

    def test_without_a_file(self) -> None:
        """No file is needed: plain http on this machine, one worker, SQLite under var."""
        settings = load(None, ON)
        self.assertTrue(settings.development)
        self.assertEqual(settings.public_url, "http://localhost:8080")
        self.assertEqual(settings.listen.plain, ("127.0.0.1:8080",))
        self.assertEqual((settings.listen.https, settings.listen.http), ((), ()))
        self.assertEqual(settings.workers.number, 1)
        self.assertEqual(settings.sessions.store, f"sqlite:{Path.cwd()}/var/sessions.db")

    def test_another_port(self) -> None:
        """The address people see follows the one that is listened on."""
        settings = load(None, ON, {"AUTHSRV_LISTEN__PLAIN": '["[::1]:9000"]'})
        self.assertEqual(settings.public_url, "http://localhost:9000")

    def test_settings_of_a_server(self) -> None:
        """The settings of a local https server serve development too, without its certificates."""
        text = 'public_url = "https://localhost:8443"\n[listen]\nhttps = ["127.0.0.1:8443"]\n'
        text += 'http = ["127.0.0.1:8080"]\n[workers]\ncount = 4\n[tls]\n'
        text += 'certificates = [{certificate = "none", key = "none"}]\n'
        settings = load(self.write(text), ON)
        self.assertEqual(settings.public_url, "http://localhost:8080")
        self.assertEqual(settings.listen.https + settings.listen.http, ())
        self.assertEqual((settings.workers.count, settings.tls.certificates), (1, ()))

    def test_own_http_origin(self) -> None:
        """A public_url that is http already is kept, with its cookie's domain."""
        text = 'public_url = "http://login.app.test:8080"\ncookie_domain = "app.test"\n'
        settings = load(self.write(text), ON)
        self.assertEqual(settings.public_url, "http://login.app.test:8080")
        self.assertEqual(settings.cookie_domain, "app.test")

    def test_nowhere_else(self) -> None:
        """Every address that another machine can reach is refused, each with its line."""
        text = '[listen]\nplain = ["0.0.0.0:8080"]\nadmin = ["[::]:1"]\nhttps = ["10.0.0.1:443"]\n'
        text += 'authz = ["systemd:x", "unix:/a", "127.0.0.1:2"]'
        said = mistakes(self.write(text), overrides=ON)
        self.assertEqual([line.split(":")[1] for line in said], ["2", "3", "4", "5"])

    def test_plain_unix(self) -> None:
        """A browser needs a port."""
        said = mistakes(self.write('[listen]\nplain = ["unix:/a"]'), overrides=ON)
        self.assertEqual(len(said), 1)

    def test_plain_without(self) -> None:
        """Without --development plain http is refused, and so is an http origin."""
        text = 'public_url = "http://a"\n[listen]\nplain = ["127.0.0.1:1"]\n'
        self.assertEqual(len(mistakes(self.write(text))), 2)
        self.assertRaises(SettingsError, load, None)

    def test_to_the_workers(self) -> None:
        """A worker gets the same settings, although it is told by JSON."""
        settings = load(None, ON)
        self.assertEqual(Settings.model_validate_json(settings.model_dump_json()), settings)
