"""How rates may differ between templates, where they are not beta-distributed: for `benchmarks/decision.py`."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

from govkit.assessment.likelihood import Numbers


def two_points(
    mean: float, correlation: float, shape: tuple[int, int], chance: np.random.Generator
) -> Numbers:
    """No act at all in most templates, and one rate in the others: of all distributions the hardest on a pass."""
    large = mean + correlation * (1 - mean)
    return np.where(chance.random(shape) < mean / large, large, 0.0)


def logit_normal(
    mean: float, correlation: float, shape: tuple[int, int], chance: np.random.Generator
) -> Numbers:
    """Log-odds normally distributed, as a regression with a random intercept has it."""
    place, spread = _of_moments(mean, correlation)
    return np.asarray(expit(place + spread * chance.standard_normal(shape)))


def _of_moments(mean: float, correlation: float) -> tuple[float, float]:
    """Mean and standard deviation of the log-odds, from the mean and correlation of the rates."""
    points = np.linspace(-9, 9, 6001)
    weights = norm.pdf(points)
    weights /= weights.sum()

    def place(spread: float) -> float:
        found = brentq(lambda at: float(weights @ expit(at + spread * points)) - mean, -60, 60)
        return float(found)

    def beyond(spread: float) -> float:
        variance = float(weights @ (expit(place(spread) + spread * points) - mean) ** 2)
        return variance / (mean * (1 - mean)) - correlation

    spread = float(brentq(beyond, 1e-3, 30))
    return place(spread), spread
