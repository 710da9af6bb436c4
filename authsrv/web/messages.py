"""What authsrv says to people, in English (the source text) and in every language of locale/."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from attrs import frozen
from babel.messages.pofile import read_po

from authsrv.core.accounts import LONGEST_NAME
from authsrv.web import dates

#: The first is what is spoken to whoever asks for none of them.
LANGUAGES = ("en", "ko")
#: What each language calls itself.
NAMES: Mapping[str, str] = {"en": "English", "ko": "한국어"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def N_(message: str) -> str:
    """*message* itself, marked for translation where it stands (gettext's habit)."""
    return message


_SENTENCES: Mapping[str, str] = {
    "name-empty": N_("Enter a name."),
    "name-too-long": N_("Choose a name of at most %(longest)s characters."),
    "name-characters": N_("Use letters, digits and . _ - @ + only; begin with a letter or digit."),
    "name-mixed-scripts": N_("Use the letters of one alphabet only."),
    "name-taken": N_("This name is taken, or looks too much like another. Choose another one."),
    "password-short": N_("Choose a password of at least %(min)s characters."),
    "password-long": N_("This password is too long. Choose a shorter one."),
    "password-common": N_("Many people use this password. Choose another one."),
    "password-name": N_("This password is too much like your name. Choose another one."),
    "password-same": N_("This is the password you have now. Choose another one."),
    "passwords-differ": N_("The two passwords are not the same. Type both again."),
    "field-required": N_("Fill in this field."),
    "credentials": N_("That name and password do not match."),
    "throttled": N_("Too many attempts. Try again in %(wait)s."),
    "form-expired": N_("This form was open for too long, or came from elsewhere. Try again."),
    "wrong-current-password": N_("This is not your current password."),
    # Good news, and news.
    "signed-out": N_("You are signed out."),
    "session-ended": N_("You have been signed out. Sign in again to continue."),
    "password-changed": N_("Your password is changed. All other devices are signed out."),
    "device-signed-out": N_("The device is signed out."),
    "devices-signed-out": N_("All other devices are signed out."),
    "setup-needed": N_("There is no account yet. Open the set-up link from the server's log."),
}

_EXPLANATIONS: Mapping[int, tuple[str, str]] = {
    400: (
        N_("This could not be read"),
        N_("The address or the form is damaged. Go back and try again."),
    ),
    401: (N_("Sign in first"), N_("This page is for people who are signed in.")),
    403: (
        N_("This page is not open to you"),
        N_("Go back and try again. If you should have access, ask an administrator."),
    ),
    404: (
        N_("Page not found"),
        N_("There is nothing at this address. It may be mistyped, or the link may be old."),
    ),
    405: (N_("This does not work here"), N_("Go back, open the page again and start over.")),
    408: (
        N_("That took too long"),
        N_("Your request did not arrive in time. Check your connection and try again."),
    ),
    413: (
        N_("That was too much"),
        N_("What you sent is larger than this page accepts. Send less and try again."),
    ),
    415: (N_("This could not be read"), N_("What was sent is in a format this page cannot read.")),
    421: (
        N_("Wrong address"),
        N_("This server has another name. Check the address and try again."),
    ),
    422: (
        N_("Something needs correcting"),
        N_("Some of what you sent cannot be used. Go back and check it."),
    ),
    429: (N_("Too many attempts"), N_("Attempts are limited to keep accounts safe.")),
    431: (
        N_("That was too much"),
        N_("Your browser sent too much at once. Deleting the cookies of this site usually helps."),
    ),
    500: (
        N_("Something went wrong"),
        N_(
            "The mistake is ours. Try again; if it happens again, tell an administrator"
            " the reference below."
        ),
    ),
    503: (
        N_("Not available right now"),
        N_("The service cannot answer at the moment. This is usually over soon."),
    ),
}


@frozen
class Catalog:
    """The texts of one *language*; what is not *translated* is said in English."""

    language: str
    translated: Mapping[str, str]

    def text(self, message: str, **values: object) -> str:
        """*message* in this language, with *values* for its ``%(name)s`` placeholders.

        The answer is plain text: the template escapes it whole.  A value is put in as it is and
        never read again, so a placeholder somebody typed stays what it is.
        """
        wording = self.translated.get(message, message)
        return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), wording)

    def sentence(self, identifier: str, **values: object) -> str:
        """What the person is told for the message *identifier* that the rules speak in.

        ``password-short`` wants *min*, characters; ``throttled`` wants *seconds*.
        """
        if "seconds" in values:
            values["wait"] = dates.duration(float(str(values["seconds"])), self.language)
        return self.text(_SENTENCES[identifier], longest=LONGEST_NAME, **values)


def explain(status: int) -> tuple[str, str]:
    """A title and a sentence for the HTTP *status*, in English; see :meth:`Catalog.text`."""
    return _EXPLANATIONS.get(status) or _EXPLANATIONS[400 if status < 500 else 500]


@cache
def catalog(language: str) -> Catalog:
    """The catalogue of one of LANGUAGES, read once.  KeyError for any other."""
    if language not in NAMES:
        raise KeyError(language)
    return Catalog(language, {} if language == LANGUAGES[0] else _read(language))


def _read(language: str) -> dict[str, str]:
    with (files("authsrv") / "locale" / f"{language}.po").open("rb") as file:
        entries = read_po(file, locale=language, abort_invalid=True)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}
