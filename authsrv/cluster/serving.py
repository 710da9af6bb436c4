"""What the cluster needs to know of the application that it runs: nothing about logins."""

from collections.abc import Mapping

from twisted.internet.interfaces import IProtocolFactory
from zope.interface import Attribute, Interface


class IServing(Interface):
    """An application in a worker, from its start to the end of its drain."""

    factories: Mapping[str, IProtocolFactory] = Attribute(
        "What serves each kind of listener ('https', 'http', 'authz'), TLS included."
    )

    async def start() -> None:
        """Open what serving needs.  The listeners are adopted when it returns."""

    async def drain(seconds: float) -> None:  # noqa: N805
        """Finish what runs within *seconds*, then close everything.  No listener is open now."""

    def caretake() -> None:
        """From now on do here what is done once in the whole server, such as sweeps."""

    def figures() -> str:
        """What this worker has counted, in Prometheus' text format.

        The workers' figures are added up, so a gauge must be one whose sum has a meaning.
        """
