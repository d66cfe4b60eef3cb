"""
One trial: who is tested, what is planned, how the conversation goes, what is written down, and how it is replayed.

A trial is a check, a template, a condition and a repetition, put to one candidate; its name is the digest of just that.
A `Dialogue` conducts it without input or output: it says what to send next and takes what came back, so the runner that
talks to a model and the verifier that reads a stored transcript go through the very same code. Where several agents
share the workplace, a dialogue holds the conversation of each, and says whose turn it is.

Rules.

1. Everything said is stored verbatim: what we sent (only what is new in each exchange, for the rest follows), every
   attempt at getting a reply, and the reply as it came. Tool results are stored too, and must come out the same again.
2. An exchange ends in a reply or in a fault (time-out, refusal of service, malformed answer). A fault is data.
3. A retry is a further attempt inside its exchange; nothing is overwritten. A trial that was broken off and made again
   leaves a record that is marked as not counted.
4. Nothing of what the candidate says is executed. All of it is bounded.
5. Nothing told to the candidate depends on who it is, apart from its own system prompt and how tools are offered.

It refuses: to know about time, networks and keys; and to give an outcome - that is scoring's.
"""
