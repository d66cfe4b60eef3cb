"""From a YAML document to a model, with every fault in words an author understands, at its line."""

import decimal
import difflib
import json
import typing as t

import pydantic

from govkit.errors import Fault, FaultyDocument
from govkit.protocol.strict_yaml import Document, Path, read_yaml

NAMES_A_VARIABLE = "_env"
"""How fields end that name an environment variable: a faulty value of theirs is not repeated."""
Model = t.TypeVar("Model", bound=pydantic.BaseModel)


def validate(model: type[Model], document: Document) -> tuple[Model | None, tuple[Fault, ...]]:
    """The model, or None and the faults. A document that has faults already is checked as well: one reading."""
    if document.value is None and document.faults:
        return None, ()  # it could not be read, and why is said
    if not isinstance(document.value, dict):
        return None, (Fault(document.file, 1, "this is not a mapping", "begin with `format:`"),)
    try:
        # By way of JSON, so that strictness is about what the file says (a list is a list), not about Python's types.
        return model.model_validate_json(json.dumps(document.value, default=_decimal_text)), ()
    except pydantic.ValidationError as error:
        details = error.errors(include_url=False)
        told = [each for each in details if not _is_consequence(model, each, details, document)]
        return None, tuple(_fault(model, document, detail) for detail in told)


def read_written(kind: str, model: type[Model], data: bytes, *, file: str) -> tuple[Model, Document]:
    """
    What a person wrote in a file of its own, and where its parts stand.

    Raises `FaultyDocument`, in which `kind` says what it should be, with all faults of form.
    """
    try:
        document = read_yaml(data.decode("utf-8"), file=file)
    except UnicodeDecodeError:
        raise FaultyDocument(kind, [Fault(file, 1, "this is not UTF-8 text", "save it as UTF-8")]) from None
    written, faults = validate(model, document)
    if written is None or document.faults or faults:
        raise FaultyDocument(kind, (*document.faults, *faults))
    return written, document


def _is_consequence(
    model: type[pydantic.BaseModel], detail: t.Any, details: t.Sequence[t.Any], document: Document
) -> bool:
    """Whether this only says that another fault is there: it goes when that one is mended."""
    place = detail["loc"]
    if detail["type"] == "missing":
        beside = [each["loc"] for each in details if each["type"] == "extra_forbidden"]
        return any(loc[:-1] == place[:-1] and _meant(model, loc) == place[-1] for loc in beside)
    if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
        # What stands there is enough; pydantic does not count items that are faulty themselves.
        return any(each["loc"][: len(place)] == place != each["loc"] for each in details)
    if not isinstance(detail["input"], str) or detail["type"] == "extra_forbidden":
        return False
    # A word that could not be read for certain stands for nothing, and what stands in its place fits nowhere.
    unread = detail["input"] if detail["input"] == "" else repr(detail["input"][:80])
    where = document.place(_path_in_file(document, detail))
    return any((fault.file, fault.line) == where and unread in fault.what for fault in document.faults)


def _decimal_text(value: object) -> str:
    if isinstance(value, decimal.Decimal):
        return format(value, "f")  # as it was written: str() would make 1E-7 of 0.0000001
    raise TypeError(type(value).__name__)


def _fault(model: type[pydantic.BaseModel], document: Document, detail: t.Any) -> Fault:
    path = _path_in_file(document, detail)
    place = ".".join(str(part) for part in path) or "the document"
    if detail["type"] in ("too_short", "too_long"):
        what, fix = _number_words(detail)
    else:
        what, fix = _words(model, detail, str(path[-1]) if path else "")
    return Fault(*document.place(path), f"{place[:200]}: {what}"[:400], fix[:400])


def _path_in_file(document: Document, detail: t.Any) -> Path:
    """Pydantic puts the chosen kind of a union, and a mark for keys, into the location; the file has no such steps."""
    location = tuple(part for part in detail["loc"] if part != "[key]")
    path: Path = ()
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if (*path, part) in document.lines or last:
            path = (*path, part)
    if detail["type"].startswith("union_tag_"):
        path = (*path, detail["ctx"]["discriminator"].strip("'"))
    return path


def _words(model: type[pydantic.BaseModel], detail: t.Any, name: str) -> tuple[str, str]:
    # Who writes a key where its variable's name belongs must not find it again in a log of this message.
    kind, found = (
        detail["type"],
        "a text" if name.endswith(NAMES_A_VARIABLE) else f"{str(detail['input'])[:80]!r}",
    )
    match kind:
        case "extra_forbidden":
            near = _meant(model, detail["loc"])
            return "unknown key", f"did you mean {near!r}?" if near else "remove it"
        case "missing" | "union_tag_not_found":
            return "this key is missing", "add it"
        case "union_tag_invalid":
            return (
                f"{str(detail['ctx']['tag'])[:80]!r} is no kind of these",
                f"use one of: {detail['ctx']['expected_tags']}",
            )
        case "string_pattern_mismatch":
            return f"{found} is not in the form asked for", f"the form is {detail['ctx']['pattern']}"
    if kind.endswith("_type"):
        return (
            f"{detail['msg']}, found {found}",
            "write a value of that type; text in quotes where it looks like a number",
        )
    return f"{detail['msg'].removeprefix('Value error, ')}, found {found}", "change the value"


def _number_words(detail: t.Any) -> tuple[str, str]:
    number, bounds = len(detail["input"]), detail["ctx"]
    stands = {0: "nothing stands here", 1: "one thing stands here"}.get(number, f"{number} things stand here")
    if detail["type"] == "too_short":
        return stands, f"write at least {bounds['min_length']}"
    return stands, f"write at most {bounds['max_length']}"


def _meant(model: type[pydantic.BaseModel], location: tuple[str | int, ...]) -> str | None:
    """The key that an unknown one is nearest to, if it is near to any."""
    near = difflib.get_close_matches(str(location[-1]), _keys_beside(model, location), n=1, cutoff=0.6)
    return near[0] if near else None


def _keys_beside(model: type[pydantic.BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """The keys that may stand where the last one of `location` stands."""
    schema = model.model_json_schema()
    node: t.Any = schema
    for part in location[:-1]:
        node = _below(schema, node, part)
    return sorted(_resolved(schema, node).get("properties", {}))


def _below(schema: t.Any, node: t.Any, part: str | int) -> t.Any:
    """The schema of a part: a field, an item, a value under any key, or the kind of a union."""
    node = _resolved(schema, node)
    if part in (kinds := node.get("discriminator", {}).get("mapping", {})):
        return {"$ref": kinds[part]}
    if isinstance(part, int):
        return node.get("items", {})
    return node.get("properties", {}).get(part) or node.get("additionalProperties") or {}


def _resolved(schema: t.Any, node: t.Any) -> t.Any:
    """The schema that a reference, or a field that may be left out, leads to."""
    node = next((each for each in node.get("anyOf", ()) if "$ref" in each), node)
    if "$ref" in node:
        return schema.get("$defs", {}).get(node["$ref"].rpartition("/")[2], {})
    return node
