"""
The run: concurrency, time and chance live here, and nowhere below.

A run takes a plan and does what of it is not stored yet. Workers put trials to the candidate; each finished trial is
handed to one writer, which makes whatever has gathered durable at once and only then counts it. So a kill at any moment
loses no counted trial and doubles none, and running the same command again does the rest.

Where a judge is named, what follows from the trials is then put to it, by the same means (`judging`).

Ports (what a run needs, named for the need): `Candidate` answers, `Store` keeps, `Watcher` is shown how it goes.

Rules.

1. Every attempt is recorded with its time. Retries are ours; a client that retries by itself would hide attempts.
2. A candidate that cannot be reached, or refuses the key, stops the run (`Unreachable`, exit code 5): nothing may be
   concluded from silence of a network. A candidate that answers badly is data. Answers that are no chat completions are
   data too, once one was: before that, they mean that something else than a model lives at the address.
3. A trial that the operator or an outage broke off leaves a record marked as not counted, and is made again. A service
   that fails several trials in a row is out; one failure among trials that went well is data like any other.
4. Sealing reads the stored bytes back and derives everything from them, as a verifier will.
"""
