"""Every message id of the sources: C (throw, note, N_ …) and templates ({{_ …}}, {{n_ …}}).

`python3 tests/house/messages.py` lists them with the first place of each; `--missing fr` those that a language lacks;
`--complete` fails where any language is not finished: the build of what is delivered asks so."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PO = ROOT / "src" / "text" / "po"

# Which argument of a C function is a message id, counted from 0. note's title is one too.
MARKED = {"throw": (2,), "throw_detail": (3,), "note": (1, 2), "N_": (0,)}
LITERAL = r'"((?:[^"\\\n]|\\.)*)"'
TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|" + LITERAL + r"|'(?:[^'\\]|\\.)+'|[A-Za-z_]\w*|\S", re.S)
TEMPLATE = re.compile(r"\{\{(_|n_)\s+" + LITERAL + r"(?:\s+" + LITERAL + r")?")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "r": "\r"}


def unescape(text):
    """A C literal's text; \\xNN are bytes of UTF-8."""
    raw = re.sub(r'\\x([0-9a-fA-F]{2})|\\(.)',
                 lambda m: chr(int(m[1], 16)) if m[1] else ESCAPES.get(m[2], m[2]), text)
    return raw.encode("latin-1").decode() if "\\x" in text else raw


def tokens(source):
    for m in TOKEN.finditer(source):
        if not m[0].startswith(("//", "/*")):
            yield m.start(), m[0]


def arguments(stream, at):
    """The arguments of the call whose opening bracket is stream[at], each a list of tokens."""
    depth, found = 0, [[]]
    for _, token in stream[at:]:
        if token in "([{":
            depth += 1
            if depth == 1:
                continue
        elif token in ")]}":
            depth -= 1
            if depth == 0:
                return found
        if depth == 1 and token == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


def literal(argument):
    """Adjacent literals as one text, with PRId64 and its like left out; None when it is no literal."""
    if not argument or not argument[0].startswith('"'):
        return None
    if not all(t.startswith('"') for t in argument):
        return None
    return "".join(unescape(t[1:-1]) for t in argument)


def of_c(source):
    stream = list(tokens(source))
    for i, (place, token) in enumerate(stream[:-1]):
        if token in MARKED and stream[i + 1][1] == "(":
            found = arguments(stream, i + 1)
            for index in MARKED[token]:
                text = literal(found[index]) if index < len(found) else None
                if text:
                    yield place, text, None


def of_template(source):
    for m in TEMPLATE.finditer(source):
        yield m.start(), unescape(m[2]), unescape(m[3]) if m[1] == "n_" and m[3] else None


def has_words(text):
    """"%s" alone, or "%.*s", is passed on: there is nothing to translate."""
    return re.search(r"[^\W\d_]", re.sub(r"%[-+ #0-9.*$]*(?:hh|ll|[hlzjt])?[a-zA-Z]|\{[^{} ]+\}", "", text))


def messages(root=ROOT):
    """{msgid: (plural or None, "file:line")} in the order of files."""
    found = {}
    for path in sorted(root.glob("src/**/*.c")) + sorted(root.glob("src/**/*.h")) + sorted(
            root.glob("src/portal/templates/*.html")):
        source = path.read_text()
        for place, one, many in (of_template if path.suffix == ".html" else of_c)(source):
            if not has_words(one):
                continue
            line = source.count("\n", 0, place) + 1
            found.setdefault(one, (many, f"{path.relative_to(root)}:{line}"))
    return found


def catalogue(language):
    """{msgid: (plural or None, [translations], fuzzy)} of a .po file."""
    entries = {}
    for block in re.split(r"\n\s*\n", (PO / f"{language}.po").read_text()):
        fields, key = {}, None
        fuzzy = any(re.match(r"#,.*\bfuzzy\b", line) for line in block.split("\n"))
        for line in block.split("\n"):
            m = re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?)\s+"(.*)"$', line) or re.match(r'()"(.*)"$', line)
            if not m:
                continue
            key = m[1] or key
            fields[key] = fields.get(key, "") + unescape(m[2])
        if "msgid" in fields:
            texts = [text for name, text in sorted(fields.items()) if name.startswith("msgstr")]
            entries[fields["msgid"]] = (fields.get("msgid_plural"), texts, fuzzy)
    return entries


def missing(language):
    known = catalogue(language)
    return {one: about for one, about in messages().items() if one not in known}


def unfinished():
    """What the build refuses, a line each: in every language, messages that are missing or not finished."""
    for path in sorted(PO.glob("*.po")):
        for one, (_, where) in missing(path.stem).items():
            yield f"{where}: {path.name} lacks {one!r}"
        for one, (_, texts, fuzzy) in catalogue(path.stem).items():
            if fuzzy or not texts or not all(texts):
                yield f"{path.name}: {one!r} is not translated"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--complete"]:
        faults = list(unfinished())
        sys.exit("\n".join(faults) if faults else 0)
    lacking = sys.argv[1:2] == ["--missing"]
    for one, (many, where) in (missing(sys.argv[2]) if lacking else messages()).items():
        quoted = one.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        print(f'#: {where}\nmsgid "{quoted}"' + (f'\nmsgid_plural "{many}"' if many else "") + '\nmsgstr ""\n')
