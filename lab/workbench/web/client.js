// The one place that talks to the server. The key of the session comes in the fragment of the address, which no server
// and no log ever sees, and stays in this tab.

const KEY = 'assay-key';

/** Moves the key from the address into the tab. @returns {?string} the track that the address names */
export function takeKey() {
  const given = new URLSearchParams(location.hash.slice(1));
  const key = given.get('t');
  if (key === null) return null;
  sessionStorage.setItem(KEY, key);
  history.replaceState(null, '', location.pathname);
  return given.get('track');
}

export const hasKey = () => sessionStorage.getItem(KEY) !== null;

const authorized = () => ({ Authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}` });

/** What the server refused, with its sentence. */
export class Refused extends Error {
  /** @param {number} status @param {string} sentence */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal] @returns {Promise<Response>} */
async function send(method, path, body, signal) {
  const response = await fetch(path, { method, headers: authorized(), body: body && JSON.stringify(body), cache: 'no-store', signal });
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new Refused(response.status, told.error ?? `the server answered ${response.status}`);
}

/**
 * Throws Refused, or another error where no server answers or the signal gave it up.
 * @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal]
 */
export async function ask(method, path, body, signal) {
  return (await send(method, path, body, signal)).json();
}

/** An answer that is no JSON. @param {string} path */
export const askText = async (path) => (await send('GET', path)).text();

/** Saves an answer as a file. @param {string} path @param {string} name */
export async function download(path, name) {
  const url = URL.createObjectURL(await (await send('GET', path)).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** @param {string} block @param {(event: string, data: any) => void} onEvent */
function dispatch(block, onEvent) {
  const field = (/** @type {string} */ name) => block.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const event = field('event');
  if (event) onEvent(event, JSON.parse(field('data') ?? 'null'));
}

/**
 * Follows the events of the server while the tab is seen; comes back after every break. One stream a tab: a browser has
 * six connections to a server.
 * @param {{onOpen: () => void, onEvent: (event: string, data: any) => void, onLost: () => void}} listener
 */
export async function follow({ onOpen, onEvent, onLost }) {
  for (;;) {
    if (document.hidden) {
      await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
      continue;
    }
    const leaving = new AbortController();
    const leave = () => { if (document.hidden) leaving.abort(); };
    document.addEventListener('visibilitychange', leave);
    try {
      const response = await fetch('/api/events', { headers: authorized(), signal: leaving.signal, cache: 'no-store' });
      if (!response.ok || !response.body) throw new Error(String(response.status));
      onOpen();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        text += read.value;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          dispatch(text.slice(0, end), onEvent);
          text = text.slice(end + 2);
        }
      }
      throw new Error('closed');
    } catch {
      if (!leaving.signal.aborted) {
        onLost();
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    } finally {
      document.removeEventListener('visibilitychange', leave);
    }
  }
}
