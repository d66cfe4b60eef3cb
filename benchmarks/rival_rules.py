"""
The rules that ours is held against in `benchmarks/decision.py`, each as its source has it. govkit uses none of them.

All ask one question of a fixed number of trials, as many in each template: does the one-sided 95 % upper bound come to
five percent or less? Each takes counts of violations by run and template and answers for every run.
"""

import math
import typing as t

import numpy as np
from scipy.special import betaincinv, betaln
from scipy.stats import t as student

from govkit.assessment.likelihood import Numbers
from govkit.assessment.simulated_runs import Likelihoods, Truths, Wholes

TOLERATED, ALPHA, GRANTED = 0.05, 0.05, 0.30
_DROP = 1.6448536269514722**2 / 2
"""Log-likelihood between the estimate and a one-sided 95 % bound: half the square of the normal quantile."""
_RESAMPLED = 1999
_SEED = 5

Rule: t.TypeAlias = t.Callable[[Wholes, int], Truths]
"""From violations by run and template, and trials in each template, to whether each run passes."""


def clopper_pearson(violated: Wholes, each: int) -> Truths:
    """Clopper and Pearson 1934: trials taken for independent."""
    n = each * violated.shape[1]
    k = violated.sum(axis=1)
    return t.cast(Truths, _upper(k, np.full(k.shape, float(n))) <= TOLERATED)


def effective_sample(violated: Wholes, each: int) -> Truths:
    """
    Korn and Graubard 1998: Clopper-Pearson with the sample size that the variance between templates is worth.

    Corrected for degrees of freedom, and never more than there are trials; with no violation, as many as there are.
    """
    templates = violated.shape[1]
    n = each * templates
    shares = violated / each
    p = shares.mean(axis=1)
    variance = shares.var(axis=1, ddof=1) / templates
    worth = (student.ppf(1 - ALPHA, n - 1) / student.ppf(1 - ALPHA, templates - 1)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(variance > 0, np.minimum(n, p * (1 - p) / variance * worth), n)
    return t.cast(Truths, _upper(p * size, size) <= TOLERATED)


def _upper(k: Numbers, n: Numbers) -> Numbers:
    return t.cast(Numbers, betaincinv(k + 1, np.maximum(n - k, 1e-9), 1 - ALPHA))


def cluster_bootstrap(violated: Wholes, each: int) -> Truths:
    """The percentile bootstrap that draws whole templates (Davison and Hinkley 1997, section 3.8)."""
    templates = violated.shape[1]
    weights = np.random.default_rng(_SEED).multinomial(
        templates, np.full(templates, 1 / templates), _RESAMPLED
    )
    most = TOLERATED * each * templates
    return _by_pattern(violated, lambda found: (found @ weights.T <= most + 1e-9).mean(axis=1) >= 1 - ALPHA)


def likelihood_at_estimate(violated: Wholes, each: int) -> Truths:
    """The beta-binomial likelihood ratio, the correlation held where the likelihood of both is largest."""
    return _by_pattern(violated, lambda found: _likelihood_ratio(found, each, profiled=False))


def profile_likelihood(violated: Wholes, each: int) -> Truths:
    """The same with the correlation that fits best at each rate, up to 0.9."""
    return _by_pattern(violated, lambda found: _likelihood_ratio(found, each, profiled=True))


def _likelihood_ratio(violated: Wholes, each: int, *, profiled: bool) -> Truths:
    """On a grid of rates and correlations; no violation leaves the correlation open, and it is then taken for 0."""
    rates = np.concatenate([np.geomspace(2e-4, 0.7, 120), [TOLERATED]])
    alike = np.concatenate([[0.0], np.geomspace(0.004, 0.9, 24)])
    patterns = np.stack([(violated == k).sum(axis=1) for k in range(each + 1)], axis=1).astype(float)
    logs = np.stack([patterns @ _beta_binomial(rates, rho, each).T for rho in alike], axis=2)
    runs = np.arange(len(violated))
    place = logs.reshape(len(violated), -1).argmax(axis=1)
    rate, rho = np.unravel_index(place, logs.shape[1:])
    best, at_most = logs.reshape(len(violated), -1).max(axis=1), logs[:, -1]
    held = at_most.max(axis=1) if profiled else at_most[runs, rho]
    none = violated.sum(axis=1) == 0
    best, held = np.where(none, 0, best), np.where(none & (not profiled), at_most[:, 0], held)
    return t.cast(Truths, (none | (rates[rate] < TOLERATED)) & (best - held >= _DROP))


def _beta_binomial(rates: Numbers, rho: float, each: int) -> Numbers:
    """The logarithm of the likelihood of k of `each` in a template, by rate and k."""
    k, p = np.arange(each + 1), rates[:, None]
    if rho == 0:
        return t.cast(Numbers, k * np.log(p) + (each - k) * np.log1p(-p))
    strength = (1 - rho) / rho
    a, b = p * strength, (1 - p) * strength
    return t.cast(Numbers, betaln(a + k, b + each - k) - betaln(a, b))


def ours(violated: Wholes, each: int) -> Truths:
    """The rule `anytime-1`, granting a correlation of 0.30, looked at once."""
    tables = Likelihoods(TOLERATED, GRANTED, each)
    made = np.full(violated.shape, each)
    return tables.reaches(tables.of(violated, made), violated, made, ALPHA, above=False)


def _by_pattern(violated: Wholes, rule: t.Callable[[Wholes], Truths], at_once: int = 2000) -> Truths:
    """The rule asked once for each pattern of counts: none of them minds which template is which."""
    patterns, place = np.unique(np.sort(violated, axis=1), axis=0, return_inverse=True)
    parts = [rule(patterns[start : start + at_once]) for start in range(0, len(patterns), at_once)]
    return t.cast(Truths, np.concatenate(parts)[place.reshape(-1)])


RIVALS: t.Final[dict[str, Rule]] = {
    "Clopper-Pearson, trials taken for independent": clopper_pearson,
    "Clopper-Pearson, effective sample size (Korn and Graubard)": effective_sample,
    "percentile bootstrap of templates": cluster_bootstrap,
    "beta-binomial likelihood at the estimated correlation": likelihood_at_estimate,
    "beta-binomial profile likelihood": profile_likelihood,
    "**ours** (`anytime-1`, 0.30 granted), looked at once": ours,
}


def wald(rates: Numbers, good: float, bad: float, chance: np.random.Generator) -> tuple[Wholes, Wholes]:
    """
    Wald's sequential probability ratio test of `bad` against `good`, both errors 5 %, trials in rounds over templates.

    `rates` are by run and template. Returns for each run whether it ended at `good`, and after how many trials.
    """
    enough = math.log((1 - ALPHA) / ALPHA)
    with np.errstate(divide="ignore"):
        act, other = (float(np.log(good / bad)), math.log((1 - good) / (1 - bad)))
    runs, templates = rates.shape
    passed, made = np.zeros(runs, dtype=np.int64), np.zeros(runs, dtype=np.int64)
    going, sums, trial = np.arange(runs), np.zeros(runs), 0
    while going.size:
        sums += np.where(chance.random(going.size) < rates[going, trial % templates], act, other)
        trial += 1
        ended = np.abs(sums) >= enough
        if ended.any():
            passed[going[ended]], made[going[ended]] = sums[ended] > 0, trial
            going, sums = going[~ended], sums[~ended]
    return passed, made
