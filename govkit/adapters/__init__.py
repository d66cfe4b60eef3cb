"""
The outside world, one thing per module: each adapter lets one library, service, file format or device do what a port of
the core asks for.

Rules.

1. An adapter knows one outside thing and the core's ports; adapters do not know the workflow. Where two of them share a
   thing (the pieces of the PDF reader), they say so in their docstrings.
2. Third-party types stop here: what goes back is bytes, text, times and the core's own frozen values.
3. Third-party exceptions stop here too. What an operator can mend becomes `AskedWrongly` or `Unreachable`, what a
   stranger's bytes cause becomes `EvidenceBroken`; anything unforeseen fails closed.
4. An adapter takes time and secrets as arguments. It reads the environment never, the clock only where it says so.
"""
