// Pictures that the server drew, put into this page so that they follow its colours and are read aloud. They come from
// result files, so nothing of them may run or reach out: only shapes, texts and references within the picture stay.

const REMOVED = 'script, style, foreignObject, image, iframe, object, embed, a, animate, set, animateMotion, animateTransform, handler, listener';

let pictures = 0;

/** @param {Element} element @param {string} prefix */
function cleanAttributes(element, prefix) {
  for (const { name, value } of [...element.attributes]) {
    const bare = name.toLowerCase().replace(/^.*:/, '');
    const isLocal = /^#[\w-]+$/.test(value);
    if (bare.startsWith('on') || bare === 'style' || bare === 'src' || (bare === 'href' && !isLocal)
      || /url\((?!\s*['"]?#)/i.test(value)) element.removeAttribute(name);
    else if (name === 'id') element.setAttribute(name, prefix + value);
    else if (bare === 'href') element.setAttribute(name, `#${prefix}${value.slice(1)}`);
    else if (name === 'aria-labelledby' || name === 'aria-describedby') element.setAttribute(name, value.split(/\s+/).map((id) => prefix + id).join(' '));
    else if (value.includes('url(#')) element.setAttribute(name, value.replaceAll('url(#', `url(#${prefix}`));
  }
}

/** The picture of a text, an element of this page; null if the text is no picture. @param {string} text @returns {?SVGSVGElement} */
export function pictureOf(text) {
  // A style element would be stopped by the page's policy with a complaint; the rules of it are in /kit/audit.css.
  const parsed = new DOMParser().parseFromString(text.replace(/<style\b[\s\S]*?<\/style>/gi, ''), 'image/svg+xml');
  const root = parsed.documentElement;
  if (root.localName !== 'svg' || parsed.querySelector('parsererror')) return null;
  for (const element of root.querySelectorAll(REMOVED)) element.remove();
  const prefix = `server-${++pictures}-`;
  for (const element of [root, ...root.querySelectorAll('*')]) cleanAttributes(element, prefix);
  if (!root.hasAttribute('role')) root.setAttribute('role', 'img');
  return /** @type {any} */ (document.importNode(root, true));
}
