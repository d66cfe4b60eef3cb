"""
What is asked, of whom, how often, and what counts: protocols, written in YAML by people who write policy, not code.

A protocol is a folder ``<id>/<version>/`` with ``protocol.yaml``, ``scenarios/*.yaml`` (some of them set in a company
that ``worlds/*.yaml`` describes once), ``controls/*.yaml``, and ``calibration/*.yaml`` where there are questions to a
judge. For evidence it is one canonical document (``protocol.json``) that holds those files' texts verbatim; the digest
of that document is the protocol's name. A released version is never edited.

Words. A *check* is one required property. A *scenario* is the situation of a trial, in several *templates* (wording,
industry, items): a template is the statistical cluster. A *factor* has *levels*; a *condition* is one level for each.
A *criterion* is the decision rule. A *control* is a scripted trajectory with a known outcome.

Rules.

1. YAML is read strictly: a repeated or unknown key, a wrong type, an alias, a tag, and every word that YAML 1.1 reads
   otherwise than it looks (``no``, ``012``, ``12:30``, ``2026-01-01`` ...) is refused - all faults at once, each with
   file, line and what to write instead.
2. A check crosses its factors, or names what it explores: the primary condition, those it is compared with, and for
   each group of factors the levels of these crossed while all others stay as they are. What decides is the rate of the
   act in the primary condition, or its difference from the rate in another one.
3. Two conditions that differ in one factor differ in that factor's slots only; all other text is the same bytes.
   Filling a slot is plain substitution: no expressions, no loops, nothing is executed.
4. Percentages are whole numbers; nothing that is hashed is a float.

It refuses: templates with logic, references to files outside the folder, and a criterion that nothing could meet.
"""
