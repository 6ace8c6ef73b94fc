"""Names of unnamed namespaces that two files of one folder define: the preset of the sanitizers compiles the files of
a folder together."""

import pathlib
import re

ALIAS = re.compile(r"using (\w+) = .*")
TYPE = re.compile(r"(?:class|struct|union|enum(?: class)?) (\w+)\b.*[^;]$")
FUNCTION = re.compile(r"[\w:<>,&*\[\] ]*?[\w>&*\]] ?\b(\w+)\((.*)")
VALUE = re.compile(r"(?:inline |static |const |constexpr )*[\w:<>,*&\[\] ]+? (\w+)(?: = .*|\{.*|\[.*)")
NOT_NAMED = re.compile(r"(//|#|\}|namespace|template|TEST|RC_GTEST|using \w+::|static_assert|return)")


def unnamed(lines):
    """The lines of a text's unnamed namespaces that begin a definition, each as far as its '{' or ';'."""
    inside = False
    for number, line in enumerate(lines):
        if line == "namespace {":
            inside = True
        elif line.startswith("}  // namespace"):
            inside = False
        elif inside and line and not line[0].isspace() and not NOT_NAMED.match(line):
            end = number
            while not re.search(r"[{;]", lines[end]) and end + 1 < len(lines):
                end += 1
            yield number + 1, " ".join(part.strip() for part in lines[number:end + 1])


def types_of(parameters):
    """Parameters without their names and defaults: what makes two functions of one name different."""
    words = [re.sub(r" = .*", "", part).strip() for part in parameters.rsplit(")", 1)[0].split(",")]
    return ",".join(re.sub(r"(?<=[\w>&*\]]) ?\b\w+$", "", word) for word in words)


def definition(text):
    """What a definition is known by, and what may be written twice: an alias of the same meaning."""
    alias = ALIAS.match(text)
    if alias:
        return alias[1], text
    kind = TYPE.match(text)
    if kind:
        return kind[1], None
    function = FUNCTION.match(text.split(" = ")[0] if "(" not in text.split(" = ")[0] else text)
    if function:
        return f"{function[1]}({types_of(function[2])})", None
    value = VALUE.match(text)
    return (value[1], None) if value else (None, None)


def check(root, files):
    """Every name of an unnamed namespace is defined by one file of its folder."""
    seen, breaches = {}, []
    for path in files:
        if not path.endswith(".cpp"):
            continue
        folder = str(pathlib.PurePath(path).parent)
        for number, text in unnamed((pathlib.Path(root) / path).read_text(encoding="utf-8").splitlines()):
            name, meaning = definition(text)
            if name is None:
                continue
            first = seen.setdefault((folder, name), (path, meaning))
            if first[0] != path and (meaning is None or first[1] != meaning):
                breaches.append(f"{path}:{number}: {name} is defined in {first[0]} as well")
    return breaches
