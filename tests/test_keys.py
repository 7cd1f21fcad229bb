"""The table of keys says what the code handles: no key more, and none less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from visits import opened, press

from pages.shared import keys

STATIC = Path(keys.__file__).parents[2] / "static"
#: A key by name where it is compared, or where it names an entry of a table of keys.
NAMED = re.compile(
    r"\b(?:Arrow(?:Left|Right|Up|Down)|Page(?:Up|Down)|Home|End|Enter|Escape|Tab|Delete|Backspace"
    r"|Insert|F\d+)(?=\"|:)"
)
LETTER = re.compile(r"\.key(?:\.toLowerCase\(\))? === \"(.)\"")
#: Handled so that the page's own keys do not take them; the browser does the rest.
LEFT_TO_THE_BROWSER = {"shaping.js": {"Enter", *keys.ARROWS}, "timeline.js": set(keys.ACROSS)}


pytestmark = pytest.mark.usefixtures("inline")


def told(source):
    """Return the keys that the table has for a source."""
    places = [place for place in keys.PLACES if place.source == source]
    return {key for place in places for names, _ in place.keys for key in names}


def handled(text):
    """Return the keys that a script's text handles."""
    return set(NAMED.findall(text)) | set(LETTER.findall(text))


def test_every_key_that_a_script_handles_is_in_the_table():
    scripts = {path.name: handled(path.read_text()) for path in STATIC.rglob("*.js")}
    found = {name: keys_ for name, keys_ in scripts.items() if keys_}
    assert found.pop("shaping.js") == LEFT_TO_THE_BROWSER["shaping.js"]
    expected = {p.source for p in keys.PLACES} - {"pages", *LEFT_TO_THE_BROWSER}
    assert set(found) == expected
    for name, keys_ in found.items():
        assert told(name) == keys_, name


def test_a_script_that_listens_to_keys_is_known():
    """A key compared in a way that the test above does not see would be noticed here."""
    scripts = {path.name: path.read_text() for path in STATIC.rglob("*.js")}
    listening = {name for name, text in scripts.items() if re.search("onkey|key(down|up)", text)}
    # readout: its buttons' own keys; panels and watch: any key at all.
    known = {p.source for p in keys.PLACES} | {"readout.js", "panels.js", "watch.js", "shaping.js"}
    assert listening <= known


def test_the_timeline_is_the_browser_s_own_slider():
    text = (STATIC / "page" / "timeline.js").read_text()
    assert 'startsWith("Arrow")' in text
    assert told("timeline.js") == LEFT_TO_THE_BROWSER["timeline.js"]


def shortcuts(at):
    return {b.proto.shortcut for b in at.button if b.proto.shortcut}


def test_the_shortcuts_of_the_pages_are_in_the_table():
    found = shortcuts(opened(lesson="xor")) | shortcuts(opened("teach.py"))
    for page in ("layers.py", "results.py", "gradients.py", "twins.py", "data.py", "glossary.py"):
        found |= shortcuts(opened(page))
    walked = shortcuts(press(opened("walk.py"), "walk_next"))
    assert {key.lower() for key in found | walked} == {key.lower() for key in told("pages")}
    (walk,) = (place for place in keys.PLACES if place.title == "Walk")
    assert {key.lower() for names, _ in walk.keys for key in names} == {k.lower() for k in walked}


def test_the_table_shows_every_key_as_it_is_printed():
    shown = keys.table()
    caps = {keys.CAPS.get(k, k) for place in keys.PLACES for ks, _ in place.keys for k in ks}
    for cap in caps:
        assert f"<kbd>{cap}</kbd>" in shown
    assert not {"ArrowLeft", "PageUp", "Escape"} & caps
