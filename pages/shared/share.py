"""The dialog that builds a link: to this network or this moment of it, for a class or a page."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st

from dnn.config import FIELDS, to_query
from dnn.engine.cache import forget
from dnn.files.exports import history_csv, parameters_npz
from dnn.files.limits import MAX_FILE_BYTES
from dnn.files.saved import MOST_CHANGES, from_bytes, to_bytes
from dnn.files.script import fits, script
from dnn.run.training import Run
from lab.link import LONGEST, Link, changes_text, farthest, link_text
from lab.live.session.loop import Loop
from lab.report import report
from pages.shared import changes, link_writing, session
from pages.shared.address import Reach, elsewhere, network_address, reach
from pages.shared.hiding import HIDEABLE

#: Characters of a link that is shown in a box with a scroll bar.
LONG = 400
#: A frame in another page: wide enough for two panels side by side.
FRAME = '<iframe src="{}" style="width:100%;height:720px;border:0" title="Neural Lab"></iframe>'

TOO_LARGE = "This network is too large to train here: there is no run to save as a file."
OWN_DATA = (
    "This run is on data of its own, which no link can carry. The link opens these settings on a "
    "built-in data set. The file below has the data too."
)
NO_LINK = "This run is on data of its own, which no link can carry: keep the saved file of the run."
TOO_FAR = "The link opens the start: this step would take too long to recompute."
SAME = "The link opens the network at this step, recomputed."
COPY = """
export default function ({ parentElement, data }) {
  const [button, said] = parentElement.querySelectorAll("button, span");
  const say = (text) => { said.textContent = text; };
  if (button.dataset.text !== data.text) say("");
  button.dataset.text = data.text;
  button.textContent = data.label;
  // A page that is not served by https has no clipboard but that of a selection.
  const select = () => {
    const area = document.createElement("textarea");
    area.value = data.text;
    button.after(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  button.onclick = async () => {
    let done = false;
    try {
      await navigator.clipboard.writeText(data.text);
      done = true;
    } catch {
      done = select();
    }
    say(done ? "Copied" : "Not copied: select the text below instead.");
    button.focus();
  };
}
"""
STYLE = """
button { font: 600 14px/1 var(--st-font); height: 36px; padding: 0 14px; border-radius: 6px;
  cursor: pointer; border: 1px solid var(--st-primary-color); background: var(--st-primary-color);
  color: var(--st-background-color); }
button:focus-visible { outline: 2px solid #5b54d6; outline-offset: 2px; }
span { font: 14px/1 var(--st-font); margin-left: 8px; color: var(--st-text-color); }
"""
_copy = st.components.v2.component(
    "neural_lab_copy",
    html="<button type='button'></button> <span role='status'></span>",
    css=STYLE,
    js=COPY,
)  # fmt: skip


@st.dialog("Share", width="medium")
def share() -> None:
    """Draw the dialog: what the link is to say, and the link."""
    run = session.state().run
    at_step = _moment(run)
    hide = st.multiselect(
        "Hide from those who open it", list(HIDEABLE), list(session.state().view.hide), key="hide",
        format_func=HIDEABLE.__getitem__, placeholder="Nothing is hidden",
        help="Settings, buttons, switches and panels. Another link can still set what is hidden.",
    )  # fmt: skip
    with st.container(horizontal=True):
        plays = st.toggle("Plays at once", key="share_plays")
        present = st.toggle("For a projector", session.state().view.present, key="share_present")
        embed = st.toggle("Inside another page", key="share_embed")
    query, left_out = link_of(run, at_step)
    query = {name: text for name, text in query.items() if name not in ("hide", "present")}
    extra = {"hide": ",".join(hide), "play": "1" * plays, "present": "1" * present}
    query |= {name: text for name, text in extra.items() if text}
    link = address({**query, **({"embed": "true"} if embed else {})})
    if left_out:
        st.warning(left_out)
    text = FRAME.format(escape(link)) if embed else link
    _copy(key="copy", data={"text": text, "label": "Copy HTML" if embed else "Copy link"})
    # A link of thousands of characters would push what is below it off the page.
    height = 120 if len(text) > LONG else "content"
    st.code(text, language="html" if embed else None, wrap_lines=True, height=height)
    alone = elsewhere(link, _reach())
    if alone:
        st.caption(alone)
    _file(session.loop())


def _file(loop: Loop) -> None:
    """Draw what saves the run as a file, and what opens such a file."""
    st.html("<div class='nl-section'>As a file</div>")
    if loop.state.large or len(loop.state.run.changes) > MOST_CHANGES:
        st.caption(
            TOO_LARGE if loop.state.large else f"More than {MOST_CHANGES:,} changes fill no file."
        )
    else:
        at = "" if loop.state.playing else f"-step-{loop.state.run.step}"
        st.download_button(
            "Save this run as a file", lambda: to_bytes(*loop.saved()), key="save_run",
            file_name=f"neural-lab-{name_of(loop)}{at}.npz", icon=":material/download:",
            mime="application/octet-stream", on_click="ignore",
            help="Settings, changes, weights, history and data: the run goes on from where it is, "
            "with the same bits on a machine like this one. The README shows how to read the file "
            "without this page.",
        )  # fmt: skip
        _exports(loop)
    given = st.file_uploader(
        "Open a run", ["npz"], key="open_run", max_upload_size=max(1, MAX_FILE_BYTES // 1_000_000),
        help="A file saved by this button. It takes the place of the run on screen, paused.",
    )  # fmt: skip
    if given is None:
        return
    try:
        loop.open(from_bytes(given.getvalue()))
    except ValueError as error:
        st.error(f"Not opened: {error}")
        return
    changes.opened()
    st.rerun()


def name_of(loop: Loop) -> str:
    """Return what a run's data is called in the name of a file."""
    return loop.state.run.config.dataset if loop.state.given is None else "own-data"


def _exports(loop: Loop) -> None:
    """Draw what takes a part of the run elsewhere: to a table, to NumPy, to an editor."""
    run, name = loop.state.run, f"neural-lab-{name_of(loop)}"
    with st.container(horizontal=True):
        st.download_button(
            "History (CSV)", lambda: history_csv(*loop.saved()), f"{name}-history.csv",
            "text/csv", key="save_history", on_click="ignore",
            help="Costs, scores, learning rate, and each layer's gradients, errors and "
            "activations: a line for each record.",
        )  # fmt: skip
        st.download_button(
            "Parameters (NPZ)", lambda: parameters_npz(loop.state.run), f"{name}-parameters.npz",
            "application/octet-stream", key="save_parameters", on_click="ignore",
            help="W1, b1, W2, ... as NumPy arrays, and the settings as JSON.",
        )  # fmt: skip
        _report(loop)
        if fits(run):
            st.download_button(
                "Script (.py)", lambda: script(loop.state.run), f"{name}.py", "text/x-python",
                key="save_script", on_click="ignore",
                help="The whole run as one NumPy script of under 120 lines, without this app: it "
                "prints the same costs.",
            )  # fmt: skip


def _report(loop: Loop) -> None:
    """Draw what saves the run as a page to print."""
    # When it is pressed nothing of the page can be asked any more: what it says is asked now.
    base, wanted = _reach().address + _page(), link_writing.link_query()
    st.download_button(
        "Report (HTML)", lambda: report_of(loop, base, wanted),
        f"neural-lab-{name_of(loop)}-report.html", "text/html", key="save_report",
        on_click="ignore",
        help="To print and hand in: settings, changes, curves, verdicts and this run's link, on "
        "A4, in one file that needs neither this app nor the internet.",
    )  # fmt: skip


def _page() -> str:
    """Return what the page on screen is called in its address."""
    page = session.state().view.page
    return "" if page == "playground" else page


def _reach() -> Reach:
    """Return how others reach the app: a report is read, and its code scanned, elsewhere."""
    listens = st.get_option("server.address") or ""
    return reach(st.context.url or "", _page(), network_address(), listens)


def report_of(loop: Loop, base: str, wanted: dict[str, str]) -> str:
    """Return the report of a loop's run; base: the page's address, wanted: settings and view."""
    now, own = loop.shown_now(), loop.state.given is not None
    link, note = "", NO_LINK
    if not own:
        far = now.run.step > farthest(now.run, now.run.changes)
        query, note = parameters(now.run, bool(now.run.step) and not far, wanted, own)
        link, note = with_query(base, query), note or (TOO_FAR if far else SAME)
        note = f"{note} {elsewhere(base, Reach(base))}".strip()
    try:
        return report(
            now.run, now.history, view=now.view, attending=now.attending, twin=now.twin,
            link=link, note=note, own=own,
        )  # fmt: skip
    finally:
        if own:  # what was made of it here, too, is nobody else's
            forget(now.run.data_key)


def _moment(run: Run) -> bool:
    """Draw the choice of where the link opens; return whether it is at the run's present step."""
    if (not run.step and not run.changes) or session.state().given is not None:
        return False
    far = run.step > farthest(run, run.changes)
    options = ["start"] if far else ["start", "step"]
    labels = {"start": "At the start", "step": "At this step"}
    chosen = st.radio(
        "The link opens", options, index=len(options) - 1, format_func=labels.__getitem__,
        key="share_moment", horizontal=True,
        help="The step is recomputed when the link is opened: on a machine like this one, the same "
        "network to the last bit.",
    )  # fmt: skip
    if far:
        st.caption(f"Step {run.step:,} would take too long to recompute, so no link opens there.")
    return chosen == "step"


def link_of(run: Run, at_step: bool) -> tuple[dict[str, str], str]:
    """Return a link's parameters for a run, and what they leave out, in a sentence."""
    return parameters(run, at_step, link_writing.link_query(), session.state().given is not None)


def parameters(
    run: Run, at_step: bool, wanted: dict[str, str], own: bool
) -> tuple[dict[str, str], str]:
    """Return the same for a session whose settings and view are wanted; own: data of a person's."""
    link = Link(run.changes, run.step if at_step else None)
    if own:
        return wanted, OWN_DATA
    if not run.changes and not at_step:
        return wanted, ""
    if len(changes_text(run.changes)) > LONGEST:
        return wanted, too_many(run)
    rest = {name: text for name, text in wanted.items() if name not in FIELDS}
    return {**rest, **to_query(run.origin), **link_text(link)}, ""


def too_many(run: Run) -> str:
    """Return what a link leaves out of a run with more changes than it can carry."""
    return (
        f"This run was changed {len(run.changes):,} times while it trained, more than a link can "
        "carry. The link leaves the changes out: it opens the network at the start, with the "
        "settings as they are now and no weight set by hand. The file below has all of them."
    )


def address(query: dict[str, str]) -> str:
    """Return the whole address of a link with these parameters."""
    base = (st.context.url or "").split("?")[0]
    base += "/" if base.count("/") == 2 else ""
    return with_query(base, query)


def with_query(base: str, query: dict[str, str]) -> str:
    """Return an address with these parameters behind it."""
    # Commas and colons may stand as they are, and are easier to read.
    return base + ("?" + urlencode(query, safe=",:") if query else "")
