// Keeps the page fresh: fetches it anew every few seconds and changes only what differs, so that reading, selecting and
// the keyboard's focus are not disturbed. Without this script the page reloads itself.

const everyMs = 4000;
const giveUpMs = 8000;

const clock = { minutes: { hour: '2-digit', minute: '2-digit' } };
clock.seconds = { ...clock.minutes, second: '2-digit' };
const day = { day: 'numeric', month: 'short' };

/** Times come in UTC; the reader's own zone, and no date where it is today's, is kinder. */
function localise(root) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    const format = { ...clock[time.dataset.precision], ...(isToday ? {} : day) };
    time.textContent = new Intl.DateTimeFormat(undefined, format).format(at);
    time.title = time.dateTime;
  }
}

/** Makes `old` like `fresh`, touching nothing that is alike. */
function become(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  for (const [i, child] of after.entries()) {
    if (before[i]) become(before[i], child);
    else old.append(document.importNode(child, true));
  }
  for (const child of before.slice(after.length)) child.remove();
}

async function refresh() {
  const stale = document.getElementById('stale');
  try {
    const answer = await fetch(location.href, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(giveUpMs),
    });
    if (!answer.ok)
      throw new Error(answer.status === 503 ? 'the ledger is away' : `the board answers ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    localise(fresh);
    document.title = fresh.title;
    for (const id of ['fresh', 'main']) become(document.getElementById(id), fresh.getElementById(id));
    stale.hidden = true;
  } catch (error) {
    const why = error instanceof TypeError ? 'the board cannot be reached' : error.message;
    const says = `Not fresh any more: ${why}. Trying again.`;
    if (stale.textContent !== says) stale.textContent = says;
    stale.hidden = false;
  }
}

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, everyMs);
}

localise(document);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
setTimeout(keepFresh, everyMs);
