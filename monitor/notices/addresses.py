"""One address outside the house, reached by Apprise. The address is a secret: it is in no message and no log line."""

from __future__ import annotations

import logging

from apprise import Apprise, AppriseAsset, AppriseResultStatus, NotifyType

from monitor.notices.pager import NotDeliveredError

SENDER = "Infusion monitor"
PATIENCE_S = 10.0
"""The longest that one attempt may take, whatever the address says about its own time limits."""


class AddressError(ValueError):
    """This is no address that Apprise can use; the message does not repeat it."""


class AppriseAddress:
    """Sends text to one Apprise URL. Raises AddressError for one that is none.

    ``simulated`` marks every notice as one about simulated data.
    """

    def __init__(
        self, url: str, *, simulated: bool = False, patience_s: float = PATIENCE_S
    ) -> None:
        _keep_quiet()
        # In order, in this thread: the queue in front has a thread for each address.
        asset = AppriseAsset(app_id=SENDER, app_desc=SENDER, app_url="", async_mode=False)
        service = Apprise.instantiate(url, asset=asset)
        if service is None:
            raise AddressError("not an address that Apprise knows")
        service.socket_connect_timeout = min(service.socket_connect_timeout, patience_s)
        service.socket_read_timeout = min(service.socket_read_timeout, patience_s)
        self.name = str(service.service_name)
        self._patience_s = patience_s
        self._title = f"{SENDER} – SIMULATED DATA" if simulated else SENDER
        self._apprise = Apprise(asset=asset)
        self._apprise.add(service)

    def send(self, text: str) -> None:
        """Deliver it within ``patience_s`` or so. Raises NotDeliveredError."""
        result = self._apprise.notify(
            text, title=self._title, notify_type=NotifyType.WARNING, timeout=self._patience_s
        )
        if result.status is not AppriseResultStatus.SUCCESS:
            raise NotDeliveredError("no answer, or refused")


def _keep_quiet() -> None:
    """The libraries' own lines quote addresses, which have passwords in them; what matters is said by the queue."""
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
