"""The kinds of values settings have, as pydantic types over the parsers."""

from pathlib import Path
from typing import Annotated

from attrs import frozen
from pydantic import AfterValidator, BeforeValidator, PlainValidator, Strict, ValidationInfo

from authsrv.settings import addresses, places, values


@frozen
class Reading:
    """How a file is read: relative paths start at *base*.

    This is pydantic's validation context.  Without it (settings that come back from JSON) values
    have been checked and paths are absolute.
    """

    base: Path
    development: bool


def _base(info: ValidationInfo) -> Path | None:
    return info.context.base if isinstance(info.context, Reading) else None


def _path(value: object, info: ValidationInfo) -> Path:
    return places.path(value, _base(info))


def _secret(value: object, info: ValidationInfo) -> object:
    return places.secret(value, _base(info))


def _session_store(text: str, info: ValidationInfo) -> str:
    return places.store(text, _base(info), "sessions")


def _account_store(text: str, info: ValidationInfo) -> str:
    return places.store(text, _base(info), "accounts")


def _listener(text: str, info: ValidationInfo) -> str:
    return addresses.listener(text, _base(info))


def _origin(text: str, info: ValidationInfo) -> str:
    development = info.context.development if isinstance(info.context, Reading) else None
    return addresses.origin(text, development=development)


Flag = Annotated[bool, Strict()]
WorkerCount = Annotated[int | str, BeforeValidator(values.count)]
Text = Annotated[str, Strict(), AfterValidator(values.plain_text)]
Origin = Annotated[str, Strict(), AfterValidator(_origin)]
Domain = Annotated[
    Annotated[str, Strict(), AfterValidator(addresses.cookie_domain)] | None,
    BeforeValidator(values.absent),
]
Listeners = tuple[Annotated[str, Strict(), AfterValidator(_listener)], ...]
Networks = tuple[Annotated[str, Strict(), AfterValidator(addresses.network)], ...]
File = Annotated[Path, PlainValidator(_path)]
OptionalFile = Annotated[File | None, BeforeValidator(values.absent)]
OptionalText = Annotated[Text | None, BeforeValidator(values.absent)]
SessionStore = Annotated[Text, AfterValidator(_session_store), BeforeValidator(_secret)]
AccountStore = Annotated[Text, AfterValidator(_account_store), BeforeValidator(_secret)]
MailUrl = Annotated[
    Annotated[Text, AfterValidator(values.mail_url), BeforeValidator(_secret)] | None,
    BeforeValidator(values.absent),
]
