/** Makes elements. Text goes in as text, never as HTML: it may come from the database. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} properties set on the element, as `className` or `onclick`
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  Object.assign(node, properties);
  node.append(...children);
  return node;
}

/**
 * The element with this id; a missing one is a defect of the page.
 *
 * @returns {any} an element of the kind that page.html has there
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page has no element #${id}`);
  return node;
}

/**
 * Runs an action unless the button's last one is under way. The button keeps the focus, which a disabled one would lose.
 *
 * @param {Element} button
 * @param {() => Promise<unknown>} action must not reject
 */
export async function busyWhile(button, action) {
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  await action();
  button.ariaBusy = 'false';
}
