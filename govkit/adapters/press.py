"""
The press: a view of an assessed run becomes HTML (Jinja2), and HTML becomes an accessible, archivable PDF (WeasyPrint).

Rules:

- *Nothing reaches the page unshown.* Every value a template prints passes `govkit.report.shown` and HTML escaping,
  whether or not its author thought of it; only the drawings of `govkit.report.figures` are inserted as they are. A
  missing value, `None` and a float are refused: a float would print digits nobody computed.
- *Nothing is fetched.* The typesetter works in a child process under limits, with an environment of a few names, in
  which no system font exists and no address but the report's own fonts can be read.
- *Same view, same bytes*, given the same versions of the libraries: all dates are arguments.

The press draws no conclusion and signs nothing.
"""

import dataclasses
import datetime
import os
import pathlib
import re
import subprocess
import sys
import typing as t

import jinja2
import markupsafe

from govkit.adapters import typeface, typesetting, wording
from govkit.adapters.reading import words_of_html
from govkit.adapters.report_templates import FONTS, PAGE, find_template, templates_folder
from govkit.errors import AskedWrongly, GovkitError
from govkit.report import figures
from govkit.report.shown import LIMIT, LINES, shown

SECONDS = 600.0
"""Wall-clock limit of one rendering: about a thousand dense pages on a slow machine."""

Relationship = t.Literal["Source", "Data", "Alternative", "Supplement", "Unspecified"]

INSTALL = (
    "Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "Fedora: dnf install pango; Alpine: apk add pango; macOS: brew install pango"
)
"""How the typesetter's native libraries come onto each platform."""

_ATTACHMENT_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
_MIME = re.compile(r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}$")

# What the child may see of our environment: where programs and native libraries are, and nothing else - no key.
_PASSED_ON = (
    "PATH",
    "SYSTEMROOT",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "WEASYPRINT_DLL_DIRECTORIES",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside the PDF, as PDF/A-3 allows; its dates are the report's."""

    name: str
    """A plain file name; unique within a report."""
    data: bytes
    description: str
    mime: str
    relationship: Relationship = "Data"
    """What the file is to the report (`AFRelationship`): `Source`, `Data`, `Supplement` ..."""

    def __post_init__(self) -> None:
        if not _ATTACHMENT_NAME.match(self.name) or not _MIME.match(self.mime):
            raise ValueError(f"not the name and type of an attachment: {self.name!r}, {self.mime!r}")


class Press:
    """Sets views of a run in the templates of one folder."""

    def __init__(self, folder: pathlib.Path | None = None) -> None:
        self._folder = folder or templates_folder()
        self._covered = typeface.cover(self._folder / FONTS)

    def html(self, view: object, template: str = "regulator") -> str:
        """
        The report as one self-contained HTML document: what `render` sets, and what `plain_text` reads.

        `template` is a name, for its newest version, or `name@version`. The same view gives the same text. Raises
        `UnknownName` for a template that does not exist, `AskedWrongly` for one that asks for what the view does not
        have.
        """
        home = find_template(template, self._folder).home
        environment = self._environment(home)
        try:
            return environment.get_template(PAGE).render(view=view, style=self._style(home))
        except jinja2.TemplateError as error:
            line = getattr(error, "lineno", None)
            where = f"{home / PAGE}{f', line {line}' if line else ''}"
            raise AskedWrongly(
                "The report template does not fit the report.", where=where, found=str(error)
            ) from error

    def render(
        self,
        html: str,
        *,
        title: str,
        language: str,
        attachments: t.Sequence[Attachment] = (),
        created: datetime.datetime,
    ) -> bytes:
        """
        The PDF (PDF/A-3a and PDF/UA-1) of an HTML document, with the attachments inside.

        `created` must name its time zone; it is every date in the file. Raises `AskedWrongly` when the native
        libraries are missing and says how to install them.
        """
        if created.tzinfo is None:
            raise ValueError("the creation time of a report needs a time zone")
        if len({each.name for each in attachments}) != len(attachments):
            raise ValueError("two attachments of one name")
        job = typesetting.Job(
            html=html,
            title=shown(title, self._covered, 300, lines=1),
            language=language,
            created=created,
            fonts=self._folder / FONTS,
            enclosures=tuple(
                typesetting.Enclosure(each.name, each.description, each.mime, each.relationship, each.data)
                for each in attachments
            ),
        )
        return _typeset(job)

    def plain_text(self, html: str) -> tuple[str, ...]:
        """The words a reader of the PDF will see, in order, running feet left out."""
        return words_of_html(html)

    def _style(self, home: pathlib.Path) -> markupsafe.Markup:
        sheet = (home / "report.css").read_text(encoding="utf-8")
        if "</" in sheet:  # It would end the style element early, and nothing inside can escape it.
            raise AskedWrongly("The style sheet of a template holds `</`.", where=str(home / "report.css"))
        return markupsafe.Markup(f"{typeface.font_faces(self._folder / FONTS)}\n{sheet}")  # noqa: S704 - our own file

    def _environment(self, home: pathlib.Path) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(home),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            finalize=self._printed,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(
            shown=self._shown,
            brief=self._brief,
            percent=wording.percent,
            count=wording.count,
            short=wording.short_digest,
            date=wording.date,
            moment=wording.moment,
            minus=wording.minus,
        )
        environment.globals.update(
            interval=self._drawn(figures.interval),
            interval_strip=self._drawn(figures.interval_strip),
            outcome_bar=self._drawn(figures.outcome_bar),
            swatch=self._drawn(figures.swatch),
            verdict_curves=self._drawn(figures.verdict_curves),
            scale_end=wording.scale_end,
            rate=wording.rate,
            matched=wording.matched,
            measured=wording.measured,
            held_against=wording.held_against,
            rate_difference=wording.rate_difference,
            difference_end=wording.difference_end,
            contrasts_end=wording.contrasts_end,
            running_foot=wording.running_foot,
            known_cases=wording.known_cases,
            shorter=wording.shorter,
        )
        return environment

    def _drawn(self, draw: t.Callable[..., str]) -> t.Callable[..., markupsafe.Markup]:
        """A drawing as templates call it: the one markup that no template writes. Its words pass `shown` too."""

        def drawn(*arguments: object, what: str | None = None, **named: object) -> markupsafe.Markup:
            if what is not None:
                words = what.unescape() if isinstance(what, markupsafe.Markup) else shown(what, self._covered)
                named["what"] = " ".join(words.split())
            return markupsafe.Markup(draw(*arguments, **named))  # noqa: S704 - the drawing escapes its words

        return drawn

    def _shown(self, text: str, limit: int = LIMIT, lines: int = LINES) -> markupsafe.Markup:
        return markupsafe.escape(shown(text, self._covered, limit, lines=lines))

    def _brief(self, text: str, width: int) -> markupsafe.Markup:
        """
        The beginning of `text` on one line, in at most `width` printed characters and a mark where there is more.

        For places where what one person wrote must not push away what another did: escapes count at their full length.
        """
        line, limit = " ".join(text.split()), width
        while limit and len(shown(line[:limit], self._covered, lines=1)) > width:
            limit -= 1
        mark = "" if limit >= len(line) else " ..."
        return markupsafe.escape(f"{shown(line[:limit], self._covered, lines=1)}{mark}")

    # Asking for the context keeps Jinja from evaluating constants early, where it would escape them first.
    @jinja2.pass_eval_context
    def _printed(self, _context: jinja2.nodes.EvalContext, value: object) -> object:
        """Every value on its way to the page; what is `Markup` already has been shown and escaped, or is a drawing."""
        if isinstance(value, markupsafe.Markup | jinja2.Undefined):
            return value
        if isinstance(value, str):
            return self._shown(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return wording.count(value)
        raise jinja2.TemplateRuntimeError(
            f"a template may print text and whole numbers, not {type(value).__name__}"
        )


def _typeset(job: typesetting.Job) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            (sys.executable, "-m", typesetting.__name__),
            input=job.written(),
            capture_output=True,
            timeout=SECONDS,
            env=_child_environment(job),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AskedWrongly(
            "Setting the report took too long and was stopped.",
            expected=f"at most {SECONDS:.0f} s",
            fix="report fewer conditions or shorter excerpts",
        ) from error
    if done.returncode != typesetting.Exit.DONE or not done.stdout.startswith(b"%PDF-"):
        raise _failure(done.returncode, done.stderr)
    return done.stdout


def _failure(code: int, said: bytes) -> GovkitError:
    last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
    found = "".join(character if character.isprintable() else "?" for character in "".join(last))[:500]
    if code == typesetting.Exit.NO_LIBRARIES:
        return AskedWrongly(
            "The native libraries that set the PDF are not installed.",
            found=found,
            expected="Pango 1.44+",
            fix=INSTALL,
        )
    if code == typesetting.Exit.FORBIDDEN_ADDRESS:
        return AskedWrongly("The report names something outside itself; nothing was fetched.", found=found)
    if code == typesetting.Exit.TOO_LARGE:
        most = f"at most {typesetting.MEMORY_LIMIT // 2**30} GiB of memory"
        return AskedWrongly(
            "The report is too large to be set.", expected=most, fix="report fewer conditions"
        )
    return AskedWrongly("The report could not be set.", found=f"{found or 'no message'} (exit {code})")


def _child_environment(job: typesetting.Job) -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed | {
        "PYTHONPATH": os.pathsep.join(path or str(pathlib.Path.cwd()) for path in sys.path),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "FONTCONFIG_FILE": str(job.fonts / "fonts.conf"),
        # Only used where the font subsetter of HarfBuzz is missing: the one in its place writes the time into fonts.
        "SOURCE_DATE_EPOCH": str(int(job.created.timestamp())),
    }
