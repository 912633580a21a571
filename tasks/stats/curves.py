"""The curves of a score along a knob, and least squares on many rows of means at once.

A logistic curve is (1 + tanh(a r + b)) / 2, a bell is height / (1 + b (r - centre)^2); line and parabola are
polynomials. This module must not know tables, nor which curve the data support.

Tested in tests/tasks/stats/test_sweep.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FloatArray

Form: TypeAlias = Literal["line", "parabola", "tanh", "bell"]
# The number of steps of nonlinear least squares.
_STEPS = 25
# From parameters [B, P] and strengths [R] to values [B, R] and their derivatives [B, R, P].
_Curve: TypeAlias = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Curves:
    """B fits of one form: parameters [B, P], curves [B, R] and their tangents [B, R, P]."""

    parameters: FloatArray
    curve: FloatArray
    tangent: FloatArray


def fitted_curves(form: Form, strength: FloatArray, means: FloatArray) -> Curves:
    """Fit one form to B rows of means at once."""
    if form in ("line", "parabola"):
        tangent = np.stack([strength**power for power in range(2 if form == "line" else 3)], axis=1)
        parameters = means @ np.linalg.pinv(tangent).T
        return Curves(parameters, parameters @ tangent.T, np.broadcast_to(tangent, (len(means), *tangent.shape)))
    curve, start = (_tanh, _tanh_start) if form == "tanh" else (_bell, _bell_start)
    return _levenberg_marquardt(curve, start(strength, means), strength, means)


def curve_at(form: Form, parameters: Sequence[float], strength: npt.ArrayLike) -> FloatArray:
    """The curve of a form at strengths [R], from the parameters in the order of ``Fit``.

    >>> curve_at("line", [0.5, -0.25], [0.0, 1.0]).tolist()
    [0.5, 0.25]
    """
    at, given = np.asarray(strength, dtype=np.float64), np.asarray([parameters], dtype=np.float64)
    if form in ("line", "parabola"):
        return np.asarray(np.polynomial.polynomial.polyval(at, given[0]))
    curve, _ = (_tanh if form == "tanh" else _bell)(given, at)
    return np.asarray(curve[0])


def _tanh(parameters: FloatArray, strength: FloatArray) -> tuple[FloatArray, FloatArray]:
    level = np.tanh(parameters[:, :1] * strength + parameters[:, 1:])
    slope = (1 - level**2) / 2
    return (1 + level) / 2, np.stack([slope * strength, slope], axis=-1)


def _tanh_start(strength: FloatArray, means: FloatArray) -> FloatArray:
    angles = np.arctanh(2 * np.clip(means, 0.01, 0.99) - 1)
    return np.asarray(angles @ np.linalg.pinv(np.stack([strength, np.ones_like(strength)], axis=1)).T)


def _bell(parameters: FloatArray, strength: FloatArray) -> tuple[FloatArray, FloatArray]:
    height, width, centre = (parameters[:, [index]] for index in range(3))
    distance = strength - centre
    lowered = 1 / np.maximum(1 + width * distance**2, 0.05)
    curve = height * lowered
    return curve, np.stack([lowered, -curve * lowered * distance**2, 2 * curve * lowered * width * distance], axis=-1)


def _bell_start(strength: FloatArray, means: FloatArray) -> FloatArray:
    powers = np.stack([strength**power for power in range(3)], axis=1)
    offset, slope, curvature = (1 / np.clip(means, 0.01, None) @ np.linalg.pinv(powers).T).T
    reach = float(np.ptp(strength))
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.clip(np.nan_to_num(-slope / (2 * curvature)), strength[0] - reach, strength[-1] + reach)
    floor = np.maximum(offset - curvature * centre**2, 0.2)
    return np.stack([1 / floor, curvature / floor, centre], axis=1)


def _levenberg_marquardt(curve: _Curve, start: FloatArray, strength: FloatArray, means: FloatArray) -> Curves:
    """Nonlinear least squares of B small problems at once. A step that makes a problem's fit worse is not taken."""
    parameters = start
    values, tangent = curve(parameters, strength)
    loss = ((means - values) ** 2).sum(axis=-1)
    damping = np.full(len(means), 1e-3)
    diagonal = np.arange(parameters.shape[1])
    for _ in range(_STEPS):
        normal = np.swapaxes(tangent, 1, 2) @ tangent
        normal[:, diagonal, diagonal] *= 1 + damping[:, np.newaxis]
        normal[:, diagonal, diagonal] += 1e-12
        gradient = np.swapaxes(tangent, 1, 2) @ (means - values)[:, :, np.newaxis]
        tried = parameters + np.linalg.solve(normal, gradient)[:, :, 0]
        tried_values, tried_tangent = curve(tried, strength)
        tried_loss = ((means - tried_values) ** 2).sum(axis=-1)
        is_better = tried_loss < loss
        parameters = np.where(is_better[:, np.newaxis], tried, parameters)
        values = np.where(is_better[:, np.newaxis], tried_values, values)
        tangent = np.where(is_better[:, np.newaxis, np.newaxis], tried_tangent, tangent)
        loss = np.where(is_better, tried_loss, loss)
        damping = np.clip(np.where(is_better, damping / 5, damping * 5), 1e-9, 1e9)
    return Curves(parameters, values, tangent)
