"""Every language has every message, finished, with the same placeholders."""
import re

import pytest

from messages import PO, catalogue, messages, missing, of_c, of_template

LANGUAGES = sorted(path.stem for path in PO.glob("*.po"))
PLACEHOLDER = re.compile(r"%(?:\d+\$)?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh|ll|[hlzjt])?[a-zA-Z%]|\{[^{} ]+\}")


def placeholders(text):
    return sorted(re.sub(r"\d+\$", "", found) for found in PLACEHOLDER.findall(text))


def test_there_is_a_language():
    assert "fr" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_missing(language):
    assert {one: where for one, (_, where) in missing(language).items()} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_unfinished(language):
    assert [one for one, (_, texts, fuzzy) in catalogue(language).items() if fuzzy or not all(texts)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language):
    wrong = []
    for one, (many, texts, _) in catalogue(language).items():
        sources = [placeholders(one)] + ([placeholders(many)] if many else [])
        wrong += [(one, text) for text in texts if one and placeholders(text) not in sources]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_left_over(language):
    known = messages()
    assert [one for one in catalogue(language) if one and one not in known] == []


def test_plurals_agree_with_the_sources():
    known = messages()
    assert [one for one, (many, _, _) in catalogue("fr").items() if one in known and known[one][0] != many] == []


def test_french_has_its_narrow_spaces():
    wrong = [text for one, (_, texts, _) in catalogue("fr").items() if one for text in texts
             if re.search(r"[^\u202f][!?;»](?:\s|$)|[^\u202f\d] :(?:\s|$)|\w:\s|«[^\u202f]", text)]
    assert wrong == []


def test_messages_are_found_in_c():
    source = 'x(throw(cx, &E, "a " /* "no" */ "b", c(1, "2")); note(cx, N_("T"), "t %s", y); f("n"); // N_("z")\n'
    assert sorted({one for _, one, _ in of_c(source)}) == ["T", "a b", "t %s"]


def test_messages_are_found_in_templates():
    source = r'{{_ "say \"x\" to {y}" y}} {{n_ "{n} a" "{n} b" n}} {{_x}}'
    assert [(one, many) for _, one, many in of_template(source)] == [('say "x" to {y}', None), ("{n} a", "{n} b")]
