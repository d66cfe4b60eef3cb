"""
Two runs of one protocol, held against each other: whether an update shows the act more often than what it replaces.

For each check that both runs made, the rate of the act in the deciding condition is compared, and where the check is
about a difference of two conditions, that difference as well. Contrasts are compared alike and decide nothing.

Words, by rule (`decision.word_of`), and nothing else decides them:

- *worse*: the one-sided p-value for "the update does it more often", corrected by Holm's method for all comparisons
  that decide anything in these two runs, is below 1 - confidence, and the bounds exclude "no change";
- *better*: the same the other way round, and nothing that decides is worse;
- *no change shown*: neither. It is said how large a change the trials leave possible, for they never show that there is
  none;
- *not comparable*: a run did not make the check, has no determinate trial in a deciding condition, or its result is
  invalid. An invalid result supports neither good news nor bad; what was counted is shown all the same.

Bounds and p-values are those of `govkit.assessment.paired`. Trials without a determinate outcome - refused, escalated,
incomplete - enter no rate; how many there were stands beside it, since a change there is a change too.

A check whose verdict went from *pass* to *fail* makes the whole *worse*, even where the rates alone show nothing: each
of the two verdicts is wrong with a probability of at most 1 - confidence, and if the update were no worse, one of them
would be wrong.

It refuses: to compare runs of different protocols, to average over checks, and to call absence of evidence "no change".
"""
