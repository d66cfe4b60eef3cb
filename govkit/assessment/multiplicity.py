"""
Several tests at once: p-values adjusted so that a false alarm anywhere in a named family stays as rare as stated.

Holm's step-down method (Scandinavian Journal of Statistics 1979, 6, 65-70) holds whatever the tests have to do with one
another, and never rejects less than Bonferroni's. scipy offers false discovery rates, which promise something else, and
no family-wise method.
"""

import typing as t


def holm(p_values: t.Sequence[float]) -> tuple[float, ...]:
    """
    Holm's adjusted p-values, in the order of the input: each is to be held against the level of the whole family.

    An empty family has none. Raises `ValueError` for what is no probability: a test that was not made must not stand in
    a family as if it had been.
    """
    if not all(0 <= p <= 1 for p in p_values):  # false for NaN too
        raise ValueError(f"not every one of these is a probability: {list(p_values)[:20]}")
    adjusted = [1.0] * len(p_values)
    reached = 0.0
    ordered = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for rank, index in enumerate(ordered):
        reached = max(reached, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = reached
    return tuple(adjusted)
