"""
What people say of trials that a machine has labelled: which ones they read, what they decided, and what that changes.

The words. A person reads a *worklist*, fills in a *form*, and signs the *adjudication*: for each trial the machine's
label, their own, and the reason. Who confirms says the same outcome as the machine; who overturns says another.

The worklist is a pure function of the evidence and of one number, so nobody picks and anybody recomputes it: every
counted trial that read *violated*; and a sample of the others, dealt in rounds over the checks, a trial of each in
turn, in the order of SHA-256 of the manifest's Merkle root and the trial's name. It is dealt evenly and not in
proportion, because verdicts are per check and each needs its own estimate. A larger sample contains every smaller one.

The rule.

1. The machine's assessment is never rewritten, and the run's attestation goes on quoting it.
2. An adjudication counts whole or not at all: the entire worklist of its sample size must be decided. So a violation is
   only ever overturned by who read every violation, and the whole sample of the others.
3. Where everybody who read a trial says the same, that label *decides*. Where they differ, the trial is *disputed* and
   the machine's label decides, whatever it was.
4. The adjudicated assessment is what `assess` gives for the labels that decide, with nothing else changed. It stands
   beside the machine's.
5. Where *anybody* found a violation in the sample of what the machine read otherwise, the check's verdict is at best
   inconclusive: what was missed in a sample was missed elsewhere too, and nobody read there. This holds under dispute
   as well; else a second reader could give back a pass by disagreeing. To change a count takes everybody, to keep a
   check from passing takes one.
6. Whose adjudications count is a matter of signatures that hold, not of trust: else the same evidence would come to
   different verdicts with different readers. A signer whom the verifying person did not name is a finding against
   the evidence, as with the attestation (`govkit.verification`).

The machine's *precision* (violations confirmed, of those not disputed) and its *miss rate* (violations found among the
others that were read) are estimated for each check, with exact one-sided bounds. All violations of a run are read, so
of this run precision is known; its bounds speak of further trials of the kind. The sample of a check is a plain random
one of its other trials, so the bounds of the miss rate hold for these. Agreement of two readers is counted on the
trials that both read.

Its limits. That nobody else has read the run, and disagreed, cannot be shown. Whether a form was filled in blind, and
who stands behind `by`, is the signer's word. Whoever makes a run chooses its salts and could try many until a sample
pleases; the signature under the run is what stands against that. Trials chosen for being violations make any agreement
between readers one about hard cases, not about the run.

It refuses: a decision without a reason, part of a worklist, and to let silence - or a rate of nothing - stand for
agreement.
"""
