"""How big a storm is, how fast its clocks run and how often the provider fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.delivery import Timing

# Shares of all sendings.
FAULTS = {
    "429": 0.02,
    "500-before": 0.02,
    "500-after": 0.02,
    "reset-before": 0.01,
    "reset-after": 0.02,
    "hang-before": 0.005,
    "hang-after": 0.01,
    "slow-after": 0.01,
    "cut-after": 0.005,
    "page-after": 0.005,
    "nonsense-after": 0.005,
    "deep-after": 0.005,
}
# Short, in the order that production has: listing lag < settle, connect + read < sending < lease.
BRISK = Timing(
    connect=timedelta(seconds=0.7),
    read=timedelta(seconds=1.5),
    sending=timedelta(seconds=2.5),
    lease=timedelta(seconds=3.2),
    settle=timedelta(seconds=1.5),
    sweep=timedelta(seconds=0.4),
)
BRISK_LAG = 0.8


@dataclass(frozen=True, slots=True)
class Scale:
    """How big a storm is. Seconds; `stops` is a share of all people."""

    texts: int
    people: int
    seconds: float
    workers: int = 3
    stops: float = 0.2
    timing: Timing = BRISK
    latency: float = 0.05
    listing_lag: float = BRISK_LAG
    reports: str = "stormy"
    faults: Mapping[str, float] = field(default_factory=lambda: FAULTS)
    calm: bool = False
    patience: float = 120
    # People in programmes in place of reminders; so many processes under each worker's supervisor.
    programmes: bool = False
    processes: int = 1
    # Of all that is left to chance.
    seed: int = 0


# What must fail: doubts are taken for settled long before the provider lists what it took, and no callback says so.
CONTROL = Scale(
    texts=20,
    people=20,
    seconds=1,
    workers=1,
    stops=0,
    timing=replace(BRISK, settle=timedelta(seconds=0.2), sweep=timedelta(seconds=0.2)),
    listing_lag=60,
    reports="none",
    faults={"reset-after": 0.5},
    calm=True,
    patience=15,
)
