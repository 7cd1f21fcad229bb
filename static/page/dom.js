/** Elements made and changed; text is only ever set as text. */

/** Return a new element with a class and children. */
export function element(tag, name, ...children) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...children);
  return node;
}

/** Set an element's text where it differs; hide it where there is none. */
export function say(node, text) {
  text = text ?? "";
  if (node.nlText === text) return;
  node.nlText = text;
  node.textContent = text;
  node.hidden = text === "";
}

/** Call build only when the value differs from the last one. */
export function changed(node, value, build) {
  const now = JSON.stringify(value ?? null);
  if (node.nlValue === now) return;
  node.nlValue = now;
  build();
}
