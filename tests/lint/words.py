"""Words that readers of the documentation had to read twice: verbs that mean something to us only, and second words for
what docs/glossary.md has one word for. Code, names of the program and what ALLOWED lists are left out."""

import pathlib
import re

# What may not be written, as an expression whose blanks match line ends as well, and what to write in its place.
VERBS = [
    (r"holds?|held|holding", "'has', 'contains', 'keeps', or 'applies until'"),
    (r"hears?|heard|hearing", "who reports, answers or asks, and to whom"),
    (r"stands?|stood|standing", "'is', 'is written' or 'applies'"),
    (r"pass(?:es|ed)? over", "'ignores'"),
    (r"(?:(?:is|are|was|were|be|been) )?made true|mak(?:es?|ing) (?:it|them|each|every step) true", "'applies'"),
    (r"(?:is|are|was|were) (?:an)?other(?=\s*(?:[.,;:)]|than\b))", "'differs' or 'changed'"),
    (r"hangs? on", "'is connected to'"),
    (r"knock(?:s|ed|ing)?", "'connects', and who to what"),
    (r"wish(?:es|ed)?", "'request'"),
    (r"(?:is|was|were) said(?! in)", "the command that somebody ran"),
    (r"speaks? (?:to|of)", "'connects to' or 'tells'"),
    (r"hand(?:s|ed) (?:it|them|all)", "'gives' or 'writes'"),
    (r"nothing of it", "the noun"),
]
SYNONYMS = [
    (r"specifications?", "`cluster.yaml`"),
    (r"(?:cluster's|the|a|an|another|new) descriptions?", "`cluster.yaml`"),
    (r"medium|mediums|media", "ISO"),
    (r"adapters?|nics?|(?:network|ethernet) interfaces?", "card"),
    (r"system(?:s)? of (?:its|their|your|one's) own", "installed head"),
    (r"head nodes?|master nodes?|management nodes?", "head"),
    (r"(?:compute|worker|client|slave) nodes?", "node"),
    (r"(?:root|system|os|disk) images?", "image"),
    (r"(?:persistence|persistent|data) disks?", "state disk"),
    (r"node profiles?", "profile"),
    (r"wires?", "the cluster's network, or cable"),
]
FORBIDDEN = [(re.compile(r"(?<![\w-])(?:" + words.replace(" ", r"\s+") + r")(?![\w-])", re.IGNORECASE), better)
             for words, better in VERBS + SYNONYMS]

# Phrases that are right in spite of that, in any case of letters, each with its reason.
ALLOWED = {
    "UEFI specification": "not cluster.yaml: the standard of that name",
    "PXE specification": "not cluster.yaml: the standard of that name",
    "on hold": "Slurm's own word for a job that waits for 'scontrol release'",
    "held job": "Slurm's own word for the same",
    "extension's specification": "the glossary's word for that file",
    "package's specification": "the same file",
    "install media": "what makers of other systems call their discs",
}
# The pages that name the words which are not to be used, and the pages of those who change Muster.
LEFT_OUT = {"docs/glossary.md", "docs/STYLE.md"}

# Pages that are about something for which another word is the glossary's.
ABOUT = dict.fromkeys(("docs/extensions.md", "docs/decisions/0028-extensions.md",
                       "docs/decisions/0029-python-and-the-head.md",
                       "docs/decisions/0030-extensions-that-go-on.md",
                       "docs/decisions/0031-extensions-on-the-iso.md", "docs/extension-tutorial.md"), ("specification",))

COVER = "\N{MIDDLE DOT}"


def cover(match):
    """The same number of lines and columns, without words."""
    return re.sub(r"[^\n]", COVER, match[0])


def prose_of_markdown(text):
    """A page without code blocks, inline code, comments and where links lead."""
    text = re.sub(r"<!--.*?-->", cover, text, flags=re.DOTALL)
    text = re.sub(r"^```.*?^```$", cover, text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"(?:(?<=\n\n)|\A)(?:    .*\n|\n(?=    ))+", cover, text)
    text = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", cover, text, flags=re.DOTALL)
    return re.sub(r"(?<=\])\([^)\s]*\)", cover, text)


def prose_of_manual(text):
    """A page of mdoc(7) without what its macros name, but for headings and the one-line description."""
    text = re.sub(r"^\.Bd .*?^\.Ed$", cover, text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^(?:\.(?!Sh |Ss |Nd )|\.\\\").*$", cover, text, flags=re.MULTILINE)


def without_allowed(path, text):
    """What is right in spite of a forbidden word in it is no breach."""
    for phrase in (*ALLOWED, *ABOUT.get(path, ())):
        text = re.sub(re.escape(phrase).replace(r"\ ", r"\s+"), cover, text, flags=re.IGNORECASE)
    return text


def is_page(path):
    """Whether people read this file in order to use Muster or to change it."""
    if path in LEFT_OUT:
        return False
    if path in {"README.md", "CHANGELOG.md", "ARCHITECTURE.md", "tests/README.md"} or path.startswith("docs/man/"):
        return True
    return path.startswith("docs/") and path.endswith(".md")


def breaches_of(path, text):
    """Each forbidden phrase of a page, with its line."""
    prose = without_allowed(path, prose_of_markdown(text) if path.endswith(".md") else prose_of_manual(text))
    found = [(prose.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), better)
             for expression, better in FORBIDDEN for match in expression.finditer(prose)]
    return [f"{path}:{number}: '{phrase}': write {better}" for number, phrase, better in sorted(found)]


def check(root, pages):
    """Every page says it in plain words, and each thing with the glossary's word."""
    return [breach for path in pages if is_page(path)
            for breach in breaches_of(path, (pathlib.Path(root) / path).read_text(encoding="utf-8"))]
