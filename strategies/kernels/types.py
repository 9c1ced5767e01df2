"""What every kernel takes and gives: one-dimensional float64 arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def output(like: Floats, out: Floats | None) -> Floats:
    """`out` when the caller owns one (page faults of a fresh array cost more than most kernels).

    Raises ValueError when its shape or type does not fit `like`.
    """
    if out is None:
        return np.empty_like(like)
    if out.shape != like.shape or out.dtype != np.float64:
        raise ValueError(f"out must be float64 of shape {like.shape}, not {out.dtype} of {out.shape}")
    return out


def outputs(like: Floats, count: int, out: Sequence[Floats] | None) -> list[Floats]:
    """As `output`, for kernels with `count` results."""
    return [output(like, each) for each in out] if out else [np.empty_like(like) for _ in range(count)]


def same_size(*columns: Floats) -> None:
    """Raises ValueError unless the columns are of one length: kernels do not check their bounds."""
    if len({column.shape for column in columns}) != 1:
        raise ValueError("the columns must be of one length")
