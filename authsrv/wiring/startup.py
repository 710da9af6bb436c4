"""What is done once, before any worker starts."""

from authsrv.cluster.errors import CannotStart
from authsrv.core.errors import StoreUnavailable
from authsrv.settings import Settings
from authsrv.stores.archives import end_copying
from authsrv.stores.open import upgrade_accounts
from authsrv.stores.urls import is_redis
from authsrv.wire import tls
from authsrv.wiring.direct import offline, running
from authsrv.wiring.stores import open_redis


def prepare_stores(settings: Settings) -> None:
    """Make the stores, or bring them up to date.  Raises CannotStart."""
    try:
        upgrade_accounts(settings.accounts.store)
        with offline(settings):
            pass
        # A copy no more: a second one would undo what happens from now on.
        end_copying(settings.sessions.store)
    except StoreUnavailable as error:
        raise CannotStart(error.why) from error


def check(settings: Settings) -> None:
    """Whether every key fits its certificate.  Raises CannotStart, one sentence."""
    if not settings.listen.https:
        return
    pairs = [(each.certificate, each.key) for each in settings.tls.certificates]
    try:
        tls.load(pairs)
    except tls.TlsError as error:
        raise CannotStart(str(error)) from error


def prepare(settings: Settings) -> list[str]:
    """What is done once before the workers start; lines for the operator.  Raises CannotStart."""
    check(settings)
    prepare_stores(settings)
    return [*_look(settings), *_offer_setup(settings)]


def _look(settings: Settings) -> list[str]:
    """What is to be said of a Redis.  One that is away keeps nobody from starting."""
    if not is_redis(settings.sessions.store):
        return []

    async def look() -> list[str]:
        redis = open_redis(settings)
        try:
            return await redis.look()
        finally:
            await redis.sessions.close()

    with running(settings) as runner:
        return runner(look())


def _offer_setup(settings: Settings) -> list[str]:
    if settings.auth:
        return []
    with offline(settings) as house:
        token = house.run(house.setup.offer())
    if token is None:
        return []
    return [
        "There is no account yet. Make the first one here (the link is good once, for 24 hours):",
        f"  {settings.public_url}/setup?token={token.text}",
    ]
