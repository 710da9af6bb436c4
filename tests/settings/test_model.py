"""The settings as values, and the pages that explain them."""

import re
import tomllib
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings import Settings
from authsrv.settings.keys import dotted, known_keys
from authsrv.settings.model import Workers

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATE = ROOT / "authsrv" / "cli" / "authsrv.toml"
REFERENCE = ROOT / "docs" / "reference" / "settings.md"


class Workforce(SynchronousTestCase):
    def test_number(self) -> None:
        """A number of workers is that number; auto is at least one."""
        self.assertEqual(Workers(count=3).number, 3)
        self.assertGreaterEqual(Workers(count="auto").number, 1)


class Explained(SynchronousTestCase):
    def test_reference(self) -> None:
        """Every key has its row in the reference, and every row is a key."""
        rows = re.findall(r"^\| `([a-z0-9_.]+)` \|", REFERENCE.read_text("utf-8"), re.MULTILINE)
        self.assertEqual(len(rows), len(set(rows)))
        self.assertLessEqual({dotted(key) for key in known_keys() if not _is_section(key)}, {*rows})
        self.assertLessEqual({*rows}, {dotted(key) for key in known_keys()})

    def test_reference_defaults(self) -> None:
        """The reference tells the defaults that are true."""
        text = REFERENCE.read_text("utf-8")
        rows = dict(re.findall(r"^\| `([a-z0-9_.]+)` \| `(.+?)` \|", text, re.MULTILINE))
        settings = Settings(public_url="https://a")
        for key, default in rows.items():
            written = _nested(key.split("."), tomllib.loads(f"x = {default}")["x"])
            changed = Settings.model_validate({"public_url": "https://a", **written})
            self.assertEqual(changed, settings, key)

    def test_template_names_all(self) -> None:
        """The template of a new file has every key, set or in a comment."""
        text = TEMPLATE.read_text("utf-8")
        for key in known_keys():
            self.assertRegex(text, rf"\b{key[-1]}\b", dotted(key))

    def test_template_is_commented(self) -> None:
        """No section of the template stands without a comment about it or its first key."""
        lines = TEMPLATE.read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            if line.startswith("["):
                around = lines[number - 1] + lines[number + 1] + lines[number + 2]
                self.assertIn("#", around, line)

    def test_template_has_the_defaults(self) -> None:
        """What the template sets beside addresses and certificates are the defaults."""
        data = tomllib.loads(TEMPLATE.read_text("utf-8"))
        for section in ("listen", "tls"):
            del data[section]
        expected = Settings(public_url="https://localhost:8443")
        self.assertEqual(Settings.model_validate(data), expected)


def _is_section(key: tuple[str, ...]) -> bool:
    return any(other[:-1] == key for other in known_keys())


def _nested(names: list[str], value: object) -> dict[str, Any]:
    for name in reversed(names):
        value = {name: value}
    return value  # type: ignore[return-value]
