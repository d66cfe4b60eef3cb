"""
May this system be deployed? What a policy asks, what evidence and people say to it, and until when.

    subject.py        what exactly is approved: the components of a system, each with its digest
    policy.py         what must hold before deployment, by risk tier (YAML); policy_lint.py finds faults of sense in it,
                      policy_parties.py what its people cannot do, policy_remarks.py what is weak in it,
                      policy_changes.py what differs between two
    crosswalk.py      which clauses of which frameworks a check bears on, how strongly, and what it is no
                      evidence of; crosswalk_lint.py reads it and finds its faults
    records.py        what people decide: decision, waiver, revocation, fulfilment; signed.py who signed them
    log.py            the append-only, hash-chained list of all of those
    evidence.py       a verified run as the gate sees it
    changes.py        what changed between two subjects, and which protocols must run again
    matching.py       whether a record counts here and now: the one place that asks it, for the gate and everybody else
    gate.py           the rows, one a requirement, and the bottom line; what it puts into rows stands in the modules
                      beside it (bearing, checks, arms, independence, decisions, lasting)
    result.py         what the gate says, as it is stored
    standings.py      every decision and waiver with all that stands against it; page_one.py what a report prints of
                      them, carried.py how they travel in it, rechecked.py what stands of them when it is verified
    statements.py     the same as in-toto statements: SVR and test-result
    junit.py          the same as a JUnit report; sarif.py as a SARIF log

Rules.

1. The gate is a function of its arguments: policy, subject, tier, evidence, records, their log and *now*. It opens only
   where every requirement is met, waived or met under conditions, and says of each which and why, by a code.
2. Nothing opens the gate by being there. What is unsigned, unknown, foreign, not yet valid, past its end, revoked,
   missing from the log or about another digest counts as if it did not exist, and is listed with the reason.
   Evidence that does not hold shuts the gate, whatever else was given.
3. An approval is for exactly one subject under exactly one policy. Evidence from another subject counts only where the
   policy's triggers say that the difference asks for no new test.
4. Of several runs of one check the worst counts: nobody tests until it passes. A run that another one goes on from is
   part of that one, and counts there.
5. A waiver bears with one result of one requirement until a day that it names. It never turns *fail* into *pass*: the
   row reads *waived*, on the first page, with who bears the risk. What is not a result about the system - a broken
   signature, an expired policy, a missing approval - cannot be waived.
6. People are told apart by their keys, not by their names. Two signatures by one key are one person's.
7. There is no score, no average and no word of approval by the tool: people approve, govkit says what stands.

It refuses: to read a clock, a file or a certificate store (trust is asked of a port), to add results up to a number,
to let a policy be looser than the protocol it names, and to say that a system satisfies a law.
"""
