"""The constants and flags of the Fib-RSI strategy."""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3600


@dataclass(frozen=True, slots=True)
class FibRsiParams:
    """Rules as the owner set them; every flag that is off its default restores a bug of the original.

    point2_short_uses_highest_low: a short's point 2 takes the time of the highest low.
    legacy_div100: positions are sized a hundred times smaller.
    evaluate_forming_bar: the bar that has just opened is the last row of the window.
    release_setup_on_close: a closed trade frees its side for setups already seen.
    """

    main_bars: int = 1680
    window_size: int = 200
    rsi_period: int = 14
    rsi_high: float = 70.0
    rsi_low: float = 40.0
    roc_period: int = 24
    completion_hours: int = 100
    completion_bars: int = 100
    max_age_hours: int = 1440
    entry_ratio: float = 0.74
    stop_ratio: float = 0.27
    rr_ratio: float = 3.25
    risk_per_trade: float = 0.02
    min_stop_distance_points: int = 5
    order_expiry_hours: int = 100
    point2_short_uses_highest_low: bool = False
    legacy_div100: bool = False
    evaluate_forming_bar: bool = False
    release_setup_on_close: bool = True

    def __post_init__(self) -> None:
        if not self.roc_period + 4 <= self.window_size <= self.main_bars:
            raise ValueError("window_size must hold the features' lags and not exceed main_bars")
