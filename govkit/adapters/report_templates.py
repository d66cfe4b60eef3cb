"""
The report templates of this installation: `report_templates/NAME/VERSION/`, set in `report_templates/fonts`.

Verification sets every report anew and compares each word, so *a template that has made a report is never changed*: a
better one is a further version, and all versions travel. A new report uses the newest; a report made earlier states the
digest of its template, and the version with that digest is what it must say today as then. The digest is over the name,
the template's files and the fonts. It leaves the version's number out, which says where a template lies and not what it
is; hence two versions of the same content are one template.

One folder a version is the layout of the protocols, too: nothing to unpack, and a difference between versions is a
`diff` of two folders. Templates also call code that stands in no digest - the view, the words and the drawings. That
code keeps the same promise by hand: *it only gains*. A field, filter or function that a released template uses goes on
giving the same words; what a new version wants otherwise gets a name of its own. The reports in `tests/golden` hold us
to it.
"""

import dataclasses
import pathlib
import re

from govkit.adapters.data_folder import data_folder
from govkit.digest import Digest, digest, digest_of
from govkit.errors import UnknownName

FONTS = "fonts"
PAGE = "report.html.j2"
DECIDED = "decided.html.j2"

_REFERENCE = re.compile(r"([a-z][a-z0-9-]{0,40})(?:@(\d{1,6}\.\d{1,6}\.\d{1,6}))?")


@dataclasses.dataclass(frozen=True, slots=True)
class Template:
    """One version of a template."""

    name: str
    version: str
    home: pathlib.Path

    @property
    def reference(self) -> str:
        """`name@version`: this version and no other."""
        return f"{self.name}@{self.version}"

    @property
    def prints_decisions(self) -> bool:
        """Whether it shows what people decided; those before 0.5.0 would pass over it in silence."""
        return (self.home / DECIDED).is_file()

    @property
    def digest(self) -> Digest:
        """
        The digest of the canonical listing of its files and of the fonts, each with its own digest.

        Two places with the same digest set the same view in the same words and the same look.
        """
        fonts = self.home.parent.parent / FONTS
        return digest_of(
            {
                f"{prefix}/{path.relative_to(part).as_posix()}": digest(path.read_bytes())
                for prefix, part in ((self.name, self.home), (FONTS, fonts))
                for path in part.rglob("*")
                if path.is_file()
            }
        )


def templates_folder() -> pathlib.Path:
    """The folder of report templates and fonts. Raises `AskedWrongly` when the installation lacks it."""
    return data_folder("report_templates")


def templates(folder: pathlib.Path | None = None) -> tuple[Template, ...]:
    """All versions of all templates there are, by name and version."""
    found = [page.parent for page in (folder or templates_folder()).glob(f"*/*/{PAGE}")]
    kept = [Template(home.parent.name, home.name, home) for home in found]
    kept = [each for each in kept if _REFERENCE.fullmatch(each.reference)]
    return tuple(sorted(kept, key=lambda each: (each.name, _in_order(each.version))))


def find_template(reference: str, folder: pathlib.Path | None = None) -> Template:
    """The template of this `name` (its newest version) or `name@version`. Raises `UnknownName` with near misses."""
    match = _REFERENCE.fullmatch(reference)
    name, version = match.groups() if match else (None, None)
    known = templates(folder)
    fitting = [each for each in known if each.name == name and version in (None, each.version)]
    if not fitting:
        names = {each.name for each in known} | {each.reference for each in known}
        raise UnknownName("report template", reference, names, where=str(folder or templates_folder()))
    return fitting[-1]


def template_with(name: str, wanted: Digest, folder: pathlib.Path | None = None) -> Template | None:
    """The version of this template with this digest; None where it is not installed."""
    fitting = (each for each in templates(folder) if each.name == name and each.digest == wanted)
    return next(fitting, None)


def _in_order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
