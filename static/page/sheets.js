/** The style sheets of the live panels, put into the document once. */

const NAMES = ["strips", "panels", "diagram", "lesson"];

/** Resolve when the style sheets are loaded. version: the query of the first module's URL. */
export function sheets(base, version) {
  return Promise.all(NAMES.map((name) => {
    const id = `nl-${name}-css`;
    if (document.getElementById(id)) return null;
    const link = document.createElement("link");
    Object.assign(link, { id, rel: "stylesheet", href: new URL(`css/${name}.css${version}`, base).href });
    return new Promise((done) => {
      link.onload = link.onerror = done;
      document.head.append(link);
    });
  }));
}
