"""Every form as it stands on its page, filled in well but for one field."""

import json
from collections.abc import Iterator

from attrs import evolve, frozen
from hypothesis import given, settings

from authsrv.testing import PASSWORD, Answer, Browser, MemoryHouse
from tests import asked
from tests.asked import VARIABLE
from tests.pages.hostile import FUZZ, PATHS, TEXT, HostileCase, moment
from tests.pages.samples import ask
from tests.web.samples import Reader

#: Each is some seventy requests.
FEW = settings(FUZZ, max_examples=30)
NEW = "another fine long password"
#: What people type into empty fields.
TYPED = {"name": "alice", "password": PASSWORD, "current": PASSWORD, "new": NEW}


@frozen
class Filled:
    """A form, filled in: where it goes, and its fields."""

    action: str
    fields: dict[str, str]

    def having(self, **changes: str) -> "Filled":
        """The same but for *changes*."""
        return evolve(self, fields=self.fields | changes)


def forms(answer: Answer) -> Iterator[Filled]:
    """The forms of a page, filled in well."""
    found: list[Filled] = []
    for tag, attributes in Reader(answer.text).elements:
        name, value = attributes.get("name"), attributes.get("value")
        if tag == "form":
            found.append(Filled(attributes["action"] or "", {}))
        elif found and name and tag in {"input", "button"}:
            found[-1].fields[name] = value or TYPED.get(name, "")
    for each in found:
        twice = each.fields.get("new") or each.fields.get("password", "")
        yield each.having(again=twice) if "again" in each.fields else each


def variants(form: Filled, text: str) -> Iterator[Filled]:
    """*form* with *text* in each field, in all that are typed, or without one of them."""
    for name in form.fields:
        yield form.having(**{name: text})
        yield evolve(form, fields={n: v for n, v in form.fields.items() if n != name})
    # So that two fields that must be equal are.
    yield form.having(**{n: text for n in form.fields if n not in {"form_token", "token"}})
    yield form.having(**{n: text for n in form.fields if n in {"new", "password", "again"}})


class FormsTests(HostileCase):
    """The forms of a stranger, of somebody signed in, and of whoever sets the server up."""

    def setUp(self) -> None:
        super().setUp()
        elsewhere = self.visitors.house.browser("198.51.100.7")
        elsewhere.sign_in("alice")
        listed = json.loads(ask(elsewhere, "GET", "/api/sessions").body)["sessions"]
        self.other = next(each["id"] for each in listed if each["current"])
        self.visitors.keep()
        self.new_house = MemoryHouse()
        token = self.new_house.run(self.new_house.flows.setup.offer())
        assert token is not None
        self.link = f"/setup?token={token.text}"
        self.unmake = moment(self.new_house.accounts, self.new_house.sessions)
        # A form that stands on many pages counts once.
        seen = {(who, form.action, *sorted(form.fields)): (who, form) for who, form in self.look()}
        self.found = list(seen.values())

    def whom(self) -> tuple[Browser, Browser, Browser]:
        """A stranger, somebody signed in, and whoever holds the set-up link."""
        self.unmake()
        return (*self.browsers(), self.new_house.browser())

    def look(self) -> Iterator[tuple[int, Filled]]:
        """Every form that one of them is shown, with whose it is."""
        paths = [path.replace(VARIABLE, self.other) for path in PATHS]
        for who, browser in enumerate(self.whom()):
            for path in paths if who < 2 else [self.link]:
                answer = browser.get(path)
                if (answer.header("Content-Type") or "").startswith("text/html"):
                    yield from ((who, form) for form in forms(answer))

    def test_all(self) -> None:
        """Every address that takes a form is led to by one."""
        shown = {form.action.replace(self.other, VARIABLE) for _, form in self.found}
        taken = {path for path, methods in asked.routes().items() if "POST" in methods}
        self.assertEqual(shown, {path for path in taken if not path.startswith("/api/")})

    def test_filled_in_well(self) -> None:
        """Each is taken as it is: what follows begins behind every door."""
        for who, form in self.found:
            answer = self.whom()[who].post(form.action, form.fields)
            self.assertEqual(answer.status, 303, form)

    @given(TEXT)
    @FEW
    def test_each_field(self, text: str) -> None:
        """Any text in each field, in all, and each field missing."""
        for who, form in self.found:
            for sent in variants(form, text):
                self.check(self.whom()[who].post(sent.action, sent.fields), sent)
