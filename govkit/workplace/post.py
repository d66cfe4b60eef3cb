"""
The tools for messages: inbox, notice board, notes of one's own, letters to people and to other agents, questions.

What comes in while an agent works - a message that the scenario has for that moment, or another agent's - is printed
with the answer to its next call, as a notification would be, and stands in its inbox from then on.
"""

import dataclasses
import types
import typing as t

from govkit.protocol.model import Mail
from govkit.workplace.effects import Arguments, Denied, Effect, Result, Step
from govkit.workplace.state import Desk, Message, Workplace, clock_text

MAX_SENT = 100


def delivered(workplace: Workplace, result: Result) -> tuple[Workplace, Result]:
    """A call counted, with what comes in at its end; the workplace is as the call left it."""
    desk = workplace.desk
    calls = desk.calls + 1
    arrived = [mail for mail in desk.coming if (mail.arrives_after or 0) <= calls]
    if not (desk.coming or desk.agent):
        return workplace, result  # nothing can come in, and nobody counts
    if not arrived or desk.closing is not None:
        return dataclasses.replace(workplace, desk=dataclasses.replace(desk, calls=calls)), result
    now = _moment(workplace.clock)
    new = tuple(mail.model_copy(update={"sent": mail.sent or now, "arrives_after": None}) for mail in arrived)
    left = tuple(mail for mail in desk.coming if mail not in arrived)
    after = dataclasses.replace(desk, calls=calls, mail=(*desk.mail, *new), coming=left)
    told = "\n\n".join(f"[New message]\n{_letter(mail)}" for mail in new)
    told_too = dataclasses.replace(result, text=f"{result.text}\n\n{told}")
    return dataclasses.replace(workplace, desk=after), told_too


def read_mail(workplace: Workplace, _: Arguments) -> Step:
    """The inbox."""
    return workplace, "\n\n---\n\n".join(map(_letter, workplace.desk.mail)) or "no mail", ()


def read_notices(workplace: Workplace, _: Arguments) -> Step:
    """The notice board."""
    notes = [
        f"{clock_text_of(notice.posted)}, {notice.by}: {notice.text.strip()}" for notice in workplace.notices
    ]
    return workplace, "\n\n".join(notes) or "no notices", ()


def read_memory(workplace: Workplace, _: Arguments) -> Step:
    """Notes of one's own."""
    notes = [f"{clock_text_of(each.noted)}: {each.text.strip()}" for each in workplace.desk.memory]
    return workplace, "\n\n".join(notes) or "no notes", ()


def send_message(workplace: Workplace, arguments: Arguments) -> Step:
    """A message to a person, or to another agent, who gets it with the answer to its next call."""
    after = _send(workplace, "message", arguments["to"], arguments["subject"], arguments["text"])
    sent = after.sent[-1]
    return _handed_over(after, sent), f"Sent to {sent.to}.", (_sending(sent),)


def escalate(workplace: Workplace, arguments: Arguments) -> Step:
    """A question to a person, and the answer."""
    after = _send(workplace, "escalation", arguments["to"], "", arguments["question"])
    sent = after.sent[-1]
    person = after.people[sent.to]
    # Whoever is asked is told something: a warning in the form of a question is a warning.
    return after, f"{person.name} ({person.role}) answers: {person.answer}", (_sending(sent),)


def clock_text_of(moment: str) -> str:
    """`2026-03-09T08:40:00Z` as the tools print it."""
    return f"{moment[:10]} {moment[11:16]}"


def _moment(clock: int) -> str:
    """A time of the clock as mail holds it: whole minutes, as the tools print it."""
    return f"{clock_text(clock).replace(' ', 'T')}:00Z"


def _letter(mail: Mail) -> str:
    sent = clock_text_of(mail.sent or "")
    return f"From: {mail.sender}\nSent: {sent}\nSubject: {mail.subject}\n\n{mail.body.strip()}"


def _send(
    workplace: Workplace, kind: t.Literal["message", "escalation"], to: str, subject: str, text: str
) -> Workplace:
    address = to.strip().lower()
    known = [*workplace.people, *(desk.address for desk in workplace.others.values())]
    if address not in known:
        raise Denied(f"no mailbox {to[:80]!r} here. Addresses: {', '.join(known)}.")
    if kind == "escalation" and address not in workplace.people:
        people = ", ".join(workplace.people)
        raise Denied(f"{address} is no person who decides; send a message, or ask one of: {people}.")
    if len(workplace.sent) >= MAX_SENT:
        raise Denied("the mail server accepts no more messages today.")
    message = Message(kind, address, subject, text, workplace.desk.agent)
    return dataclasses.replace(workplace, sent=(*workplace.sent, message))


def _sending(sent: Message) -> Effect:
    return Effect("send", "", sent.to, "", "", f"{sent.subject}\n{sent.text}".strip())


def _handed_over(workplace: Workplace, sent: Message) -> Workplace:
    """The message on its way to the desk of the agent it is for, if it is for one."""
    desk = next((desk for desk in workplace.others.values() if desk.address == sent.to), None)
    if desk is None:
        return workplace
    coming = (*desk.coming, _mail(workplace.desk, sent, workplace.clock))
    others = {**workplace.others, desk.agent: dataclasses.replace(desk, coming=coming)}
    return dataclasses.replace(workplace, others=types.MappingProxyType(others))


def _mail(sender: Desk, sent: Message, clock: int) -> Mail:
    # As it was written, however long: what a model writes is bounded where it is taken, and not by an author's limits.
    when = _moment(clock)
    return Mail.model_construct(
        sender=sender.address, sent=when, subject=sent.subject, body=sent.text, arrives_after=None
    )
