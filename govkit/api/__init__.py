"""
The wiring, and the Python face of govkit: every command is one of these functions with a terminal around it.

Here adapters meet workflow and core; nothing below knows which store, client or press is in use. Functions take plain
values and return frozen ones; what the operator must mend comes as `GovkitError`.
"""
