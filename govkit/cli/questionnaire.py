"""`govkit questionnaire`: a buyer's questions, answered from evidence; and the buyer's side, which checks them."""

import json
import pathlib
import typing as t

import click

from govkit.cli import one_line, printable, say
from govkit.errors import EvidenceBroken, Expired

Path = click.Path(path_type=pathlib.Path)
F = t.TypeVar("F", bound=t.Callable[..., t.Any])
SHOWN = 400


@click.group("questionnaire")
def command() -> None:
    """List and explain questionnaires, answer one from evidence, and check answers that you were sent."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_instruments(*, as_json: bool) -> int:
    """List the instruments that travel with govkit: edition, questions, licence, and what was not verified of them."""
    from govkit.adapters.instrument_folder import shipped_instruments

    found = shipped_instruments()
    if as_json:
        rows = [
            {**read.instrument.model_dump(mode="json", include=set(_HEAD), exclude_none=True),
             "questions": len(read.instrument.questions), "digest": read.digest,
             "rules": {"version": rules.rules.version, "digest": rules.digest},
             "facts": [each.model_dump(mode="json") for each in read.instrument.facts]}
            for read, rules in found
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    for read, _ in () if as_json else found:
        each = read.instrument
        text = "with its text" if each.text == "shipped" else "ids and rules, no text"
        click.echo(
            f"{each.id}@{each.edition}  {len(each.questions)} questions, {text}, {each.file}  {each.title}"
        )
        for fact in each.facts:
            if not fact.verified:
                click.echo(
                    f"    not verified: {one_line(fact.about)}. {one_line(' '.join(fact.why.split()))}"
                )
    return 0


_HEAD = ("id", "title", "publisher", "edition", "as_of", "source", "licence", "licence_verified", "attribution", "text",
         "file")  # fmt: skip


@command.command("explain")
@click.argument("question")
@click.option("--instrument", metavar="ID", help="Of this instrument only; ids are used in several.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def explain_question(question: str, instrument: str | None, *, as_json: bool) -> int:
    """Show what QUESTION (an id, such as PP-04) needs, and what is answered in each of the four cases."""
    from govkit.api.questionnaires import explain

    found = explain(question, instrument)
    if as_json:
        rows = [
            {"instrument": each.read.instrument.id, "edition": each.read.instrument.edition,
             "question": each.question.model_dump(mode="json", exclude_none=True),
             "rule": each.rule.model_dump(mode="json", exclude_none=True)}
            for each in found
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    for each in () if as_json else found:
        click.echo("\n".join(_explained(each)))
    return 0


def _explained(each: t.Any) -> t.Iterator[str]:
    binding, question, rule = each.read.instrument, each.question, each.rule
    yield f"{binding.id}@{binding.edition} {question.id}: {_clean(question.text or question.topic)}"
    if question.verified is False:
        yield f"  not verified: {_clean(question.unverified_because or '')}"
    words = binding.words(question)
    yield f"  answered with: {', '.join(words) if words else 'text'}"
    applies = (
        f"{binding.not_applicable.word}: {_clean(question.not_applicable)}" if question.not_applicable else ""
    )
    yield f"  may not apply: {applies or 'never'}"
    yield f"  strength: {rule.strength}{', one of the checks is enough' if rule.need else ''}"
    for claim in rule.claims or ():
        yield f"  check: {claim.protocol}/{claim.check}"
    for product in rule.product or ():
        yield f"  fact: {product}"
    for needed in rule.attest or ():
        yield f"  a person ({needed.id}): {_clean(needed.asks)} To be given: {_clean(needed.give)}."
    for case in ("shown", "adverse", "open", "missing"):
        reply = rule.answers.of(case)
        remedy = f" Remediation: {', '.join(reply.remediation)}." if reply.remediation else ""
        yield f"  {case}: {reply.answer or 'left blank'}. {_clean(reply.comment)}{remedy}"


def evidence_options(command: F) -> F:
    """What both sides bring."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS: t.Final[list[t.Callable[[t.Any], t.Any]]] = [
    click.option("--run", "runs", multiple=True, type=Path, metavar="RUN",
                 help="A run folder or a report; several times. Each is verified first, replay included."),
    click.option("--trust", multiple=True, type=Path, metavar="CERT",
                 help="Certificate of a signer or authority you trust (PEM or DER); several times."),
    click.option("--subject", metavar="SUBJECT", help="The system that the answers are about: a candidate file, or the "
                 "run folder, report or decision in which it stands. Left out: the system of the runs."),
    click.option("--attest", "attestations", multiple=True, type=Path, metavar="FILE",
                 help="What people confirm, deny or answer, signed; several times."),
    click.option("--decisions", type=Path, metavar="DIR", help="Folder with decisions, waivers and their log."),
    click.option("--policy", metavar="POLICY", help="The policy of the decisions."),
    click.option("--tier", metavar="TIER", help="Risk tier of the policy; needed where it has several."),
    click.option("--max-age", "max_age_days", type=click.IntRange(1, 3660), metavar="DAYS",
                 help="How old evidence may be; 180 days where nothing is said."),
    click.option("--tolerance", "tolerance_percent", type=click.IntRange(1, 50), metavar="PERCENT",
                 help="The reader's tolerance, where it is lower than the protocols'."),
    click.option("--demonstration", is_flag=True,
                 help="Let runs of a scripted candidate answer; every output says so."),
]  # fmt: skip


def _brought(trust: tuple[pathlib.Path, ...], max_age_days: int | None, **given: t.Any) -> t.Any:
    from govkit.adapters.keys import load_certificates
    from govkit.api.questionnaires import MAX_AGE_DAYS, Brought

    anchors = tuple(each for path in trust for each in load_certificates(path))
    return Brought(anchors=anchors, max_age_days=max_age_days or MAX_AGE_DAYS, **given)


@command.command("fill")
@click.argument("instrument")
@evidence_options
@click.option(
    "--instrument", "edition", metavar="ID", help="Of a workbook that has no stamp: which instrument it is."
)
@click.option("--key", "key_ref", metavar="REF", help="Sign the answers with this key.")
@click.option("--by", metavar="NAME", help="Who signs; needed with --key.")
@click.option("-o", "--out", required=True, type=Path, metavar="FOLDER", help="A new folder for the answers.")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON.")
def fill_instrument(
    instrument: str,
    edition: str | None,
    key_ref: str | None,
    by: str | None,
    out: pathlib.Path,
    *,
    as_json: bool,
    **given: t.Any,
) -> int:
    """
    Answer INSTRUMENT from evidence and people's words: a buyer's .xlsx or .xlsm file, an id of `govkit questionnaire
    list`, or a folder of your own.

    The new folder gets answers.json, a document, a table, and a form with what people still have to say. Exit codes: 0
    it is there, whatever the answers. 4 a run that was given does not hold; it answered nothing.
    """
    from govkit.adapters.keys import load_key
    from govkit.api.questionnaires import check_free, fill, write_pack
    from govkit.cli.report import passphrase
    from govkit.errors import AskedWrongly

    if bool(key_ref) != bool(by):
        raise AskedWrongly("A key and a name go together.", where="--key, --by", fix="give both, or none")
    key = load_key(key_ref, passphrase()) if key_ref else None
    check_free(out)  # before an hour of replay
    filled = fill(instrument, _brought(**given), edition=edition)
    paths = write_pack(filled, out, key, by=by or "")
    if as_json:
        shown = filled.answers.model_dump(mode="json", exclude_none=True)
        click.echo(json.dumps(shown | {"digest": filled.answers.digest}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_filled(filled.answers)))
    for left in filled.workbook[1].receipt["not_written"] if filled.workbook else ():
        say(f"Not written into the file, {one_line(left['question'])}: {one_line(left['why'])}")
    for each in filled.broken:
        say(f"This run does not hold, and answered nothing: {one_line(each.name)}. {one_line(each.why)}")
    for unheard in filled.unheard:
        say(one_line(unheard))
    say(f"Written: {', '.join(one_line(str(path)) for path in paths)}")
    if key is None:
        say("Nobody has signed the answers; a buyer who checks them is told so. Give --key and --by.")
    return EvidenceBroken.exit_code if filled.broken else 0


def _filled(answers: t.Any) -> t.Iterator[str]:
    named = answers.instrument
    yield f"{named.id}@{named.edition} for {_clean(answers.subject.name)}, as of {answers.made}"
    yield f"subject {answers.subject.identity}"
    for notice in answers.notices:
        yield f"NOTE  {_clean(notice)}"
    yield ""
    width = max(len(each.question) for each in answers.answers)
    for each in answers.answers:
        yield f"  {each.state:14}  {each.question:{width}}  {_clean(each.value) or '-'}"
    for each in answers.set_aside:
        yield f"  set aside       run {each.run}: {each.reason}"
    counts = ", ".join(f"{count} {state}" for state, count in answers.counts.items() if count)
    yield f"\n{counts}. To be used until {answers.usable_until or 'the system changes'}."


@command.command("attest")
@click.argument("file", type=Path)
@click.option("--key", "key_ref", required=True, metavar="REF", help="Your key.")
@click.option("--by", required=True, metavar="NAME", help="Your name, as it stands under `by` in the file.")
def attest(file: pathlib.Path, key_ref: str, by: str) -> int:
    """Sign FILE, in which you confirm, deny or answer what no evidence can; the signature lies beside it."""
    from govkit.adapters.keys import load_key
    from govkit.api.questionnaires import sign_attestations
    from govkit.cli.report import passphrase

    there = sign_attestations(file, load_key(key_ref, passphrase()), by=by)
    click.echo(str(there))
    return 0


@command.command("check")
@click.argument("answers", type=Path)
@evidence_options
@click.option(
    "--file", type=Path, metavar="FILE", help="The filled workbook: it has to say what the answers say."
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check_answers(answers: pathlib.Path, file: pathlib.Path | None, *, as_json: bool, **given: t.Any) -> int:
    """
    Check ANSWERS, an answers.json that you were sent, against the runs and reports you were sent with it.

    Every run is verified anew, every question answered again, and each figure, day, word and signature held against
    that. Files of attestations beside the answers are read too. Exit codes: 0 everything holds. 4 something does not,
    or could not be looked at. 6 something has ended since, and else everything holds.
    """
    from govkit.api.questionnaires import check_pack

    read, findings = check_pack(answers, _brought(**given), file)
    code = 0
    if findings:
        code = (
            Expired.exit_code
            if all(each.code == "expired" for each in findings)
            else EvidenceBroken.exit_code
        )
    if as_json:
        rows = [
            {
                name: value
                for name in ("code", "question", "what", "expected", "found")
                if (value := getattr(each, name))
            }
            for each in findings
        ]
        found = {
            "answers": read.digest,
            "subject": read.subject.identity,
            "findings": rows,
            "exit_code": code,
        }
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_checked(read, findings)))
    return code


def _checked(answers: t.Any, findings: t.Sequence[t.Any]) -> t.Iterator[str]:
    named = answers.instrument
    yield f"{_clean(named.id)}@{_clean(named.edition)} for {_clean(answers.subject.name)}, as of {answers.made}"
    for each in findings:
        yield f"  {each.code:26}  {_clean(each.question) or '-':10}  {_clean(each.what)}"
        if each.expected:
            yield f"  {'':26}  {'':10}  expected: {_clean(each.expected)}"
        if each.found:
            yield f"  {'':26}  {'':10}  found: {_clean(each.found)}"
    number, asked = len(findings), len(answers.answers)
    if not findings:
        yield f"All {asked} answers follow from the evidence and from what people signed. Whether people said the"
        yield "truth, and whether the replies are the named model's, no check can tell."
    else:
        yield f"{number} finding{'' if number == 1 else 's'}. Do not rely on these answers."


def _clean(text: str) -> str:
    line = one_line(printable(" ".join(text.split())))
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}..."
