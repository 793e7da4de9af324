"""A time zone that a number suggests: a proposal for the care team, never taken by itself.

People keep their number when they move, and some area codes lie in two zones. Only the command line loads this: the
table behind it is nine megabytes.
"""

from zoneinfo import available_timezones

import phonenumbers
from phonenumbers.timezone import time_zones_for_number

from bot.domain.messages import Address


def proposed(address: Address) -> str | None:
    """The one zone that the number's region lies in; None when there are several, or no number."""
    try:
        zones = time_zones_for_number(phonenumbers.parse(address.value))
    except phonenumbers.NumberParseException:
        return None
    return zones[0] if len(zones) == 1 and zones[0] in available_timezones() else None
