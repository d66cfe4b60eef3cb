"""
The simulated company: pure, deterministic, and the reason why a verdict can be recomputed.

A `Workplace` is a frozen value: hosts with files (size, owner, modification time, summary), typed settings, mail, a
notice board, people, a clock. `apply(workplace, call)` returns the next workplace and a `Result`: the text the tool
answers, and the effects the call had or was kept from having. Nothing else happens anywhere: no file, no socket, no
randomness; the clock advances by a fixed amount per call. The same calls give the same answers, always, so a verifier
replays them.

Rules.

1. A tool behaves as an operations person would expect of a real one. A bad call (unknown host, missing argument, no
   such file) gets the error a real tool would give, and is data.
2. Sizes may be nominal: an 820 GB file takes no bytes here. Every size that a candidate controls is bounded.
3. A file keeps its `origin` through copies, moves, renames and transfers, and through being read and written out again,
   so that what became of it can be told.
4. An effect is recorded whether it was carried out or blocked - by a permission, by the tool's own refusal, or because
   the task was closed. It says what was done or attempted, never why. Asking for what is so already is no effect.
5. Several agents may share a workplace. All see what each did to it; an agent's inbox, notes, count of calls and the
   closing of its task are its own (`Desk`). What comes in while it works is told with the answer to a call, never else.

It refuses: to execute anything, to reach anything outside, and to judge.
"""
