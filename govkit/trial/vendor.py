"""
Who made a model: so that nobody is judged by their own kind.

A model favours texts like its own (the literature calls it self-preference), so a judge comes from another vendor
than the candidate. A vendor is told by what the candidate file says (`vendor:`), by the model's family, and by a
provider that serves its own models alone. A name may tell of two, as that of one vendor's model trained on another's
answers does: both count. Where nothing tells of one, the vendor is unknown, and that is not "another".

It takes the model's name for true. Whose weights answer behind an address is the operator's word, as in all evidence.
"""

import re
import typing as t

from govkit.trial.profile import Profile

FAMILIES: t.Final[tuple[tuple[str, str], ...]] = (
    (r"claude", "anthropic"),
    (r"gpt|chatgpt|codex|davinci|o[134]", "openai"),
    (r"gemini|gemma|palm", "google"),
    (r"llama|codellama", "meta"),
    (r"mistral|mixtral|ministral|magistral|codestral|devstral|pixtral|voxtral", "mistral"),
    (r"qwen|qwq|qvq", "alibaba"),
    (r"deepseek", "deepseek"),
    (r"grok", "xai"),
    (r"command|aya", "cohere"),
    (r"phi", "microsoft"),
    (r"nova|titan", "amazon"),
    (r"glm|chatglm", "zhipu"),
    (r"kimi|moonshot", "moonshot"),
    (r"nemotron", "nvidia"),
    (r"granite", "ibm"),
    (r"jamba", "ai21"),
    (r"minimax|abab", "minimax"),
    (r"hunyuan", "tencent"),
    (r"ernie", "baidu"),
    (r"doubao|seed", "bytedance"),
    (r"olmo|tulu", "ai2"),
    (r"smollm|zephyr", "huggingface"),
    (r"falcon", "tii"),
    (r"yi", "01ai"),
    (r"sonar", "perplexity"),
)
"""A word of a model's name, alone or before a number (`llama`, `llama3`, not `llamalike`), and whose family it is."""
OWN_MODELS_ONLY: t.Final[t.Mapping[str, str]] = {
    "anthropic": "anthropic",
    "openai": "openai",
    "gemini": "google",
    "mistral": "mistral",
    "codestral": "mistral",
    "deepseek": "deepseek",
    "xai": "xai",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "dashscope": "alibaba",
    "moonshot": "moonshot",
    "zai": "zhipu",
    "ai21": "ai21",
    "ai21_chat": "ai21",
    "perplexity": "perplexity",
    "minimax": "minimax",
}
"""Routes of litellm behind which a vendor's own models answer; not where another address is given."""
_VENDORS: t.Final[t.Mapping[str, str]] = {f"v{number}": vendor for number, (_, vendor) in enumerate(FAMILIES)}
_WORD = re.compile(
    "(?:" + "|".join(f"(?P<v{number}>{words})" for number, (words, _) in enumerate(FAMILIES)) + ")([0-9].*)?"
)


def vendors_of(profile: Profile) -> tuple[str, ...]:
    """The vendors that the profile tells of, sorted; none where they are unknown."""
    found = {_plain(profile.vendor)} if profile.vendor else set()
    route, slash, name = profile.model.lower().partition("/")
    parts = re.split(r"[^a-z0-9]+", name if slash else route)
    found |= {vendor for part in parts if (vendor := _family(part))}
    if slash and not profile.api_base and route in OWN_MODELS_ONLY:
        found.add(OWN_MODELS_ONLY[route])
    return tuple(sorted(found - {""}))


def _family(part: str) -> str:
    match = _WORD.fullmatch(part)
    return next(vendor for name, vendor in _VENDORS.items() if match[name] is not None) if match else ""


def _plain(vendor: str) -> str:
    """A vendor's name as it is compared: `Open AI` is `openai`."""
    return re.sub(r"[^a-z0-9]+", "", vendor.lower())
