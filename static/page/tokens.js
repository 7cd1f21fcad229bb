/** The colours of css/tokens.css for what is painted on a canvas. */

const known = new Map();

/** Return a colour by its name, such as "panel", in the theme of an element. */
export function tokenColor(node, name) {
  const { nlTheme } = node.closest("[data-nl-theme]")?.dataset ?? {};
  const key = `${nlTheme} ${name}`;
  let found = known.get(key);
  if (!found) {
    const said = getComputedStyle(node).getPropertyValue(`--${name}`).trim();
    const pair = /^light-dark\((.+?),(.+)\)$/.exec(said);
    found = pair ? pair[nlTheme === "dark" ? 2 : 1].trim() : said;
    if (found) known.set(key, found);
  }
  return found;
}
