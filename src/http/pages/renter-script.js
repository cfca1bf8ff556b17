// A renter's page on a bad connection: its state is asked for again and again, and a press is repeated with its own id until it
// is answered or half a minute has passed. Without this script the page does the same with forms and reloads.
(() => {
  const [live, state, known, net, help] = ['live', 'state', 'known', 'net', 'help'].map((id) =>
    document.getElementById(id),
  );
  if (!live) return;
  const [deadlineMs, answerMs, againMs] = [30_000, 10_000, 1_500];
  const buttons = [...live.querySelectorAll('button')];
  // How far the server's clock is ahead of this one, as it was last heard.
  let aheadMs = Number(live.dataset.at) - Date.now();
  let heardAt = Date.now();
  let isSending = false;
  let presses = 0;
  let timer;

  function notice(kind) {
    net.hidden = kind === null;
    net.dataset.kind = kind ?? '';
    const time = new Date(heardAt).toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' });
    net.textContent = kind === null ? '' : net.dataset[kind].replace('%', time);
    if (kind !== null) help.open = true;
  }

  // Nothing is moved or replaced under a finger but the words.
  function show(page) {
    const fresh = page.getElementById('live');
    live.dataset.every = fresh.dataset.every;
    heardAt = Date.now();
    aheadMs = Number(fresh.dataset.at) - heardAt;
    for (const part of [state, known]) {
      const words = page.getElementById(part.id).innerHTML;
      if (part.innerHTML !== words) part.innerHTML = words;
    }
    for (const button of buttons) {
      const { disabled, className } = page.getElementById(button.id);
      Object.assign(button, { disabled, className });
    }
    const helps = page.getElementById('help');
    if (helps.open && help.className !== helps.className) help.open = true;
    help.className = helps.className;
    help.firstElementChild.textContent = helps.firstElementChild.textContent;
    notice(null);
  }

  async function ask(url, body) {
    const mine = presses;
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), answerMs);
    try {
      const how = body ? { method: 'POST', body } : {};
      const response = await fetch(url, { ...how, cache: 'no-store', signal: stop.signal });
      if ([403, 404, 410].includes(response.status)) return location.reload();
      if (!response.ok) throw new Error(String(response.status));
      // What was looked up before a press says nothing of it.
      if (mine === presses) show(new DOMParser().parseFromString(await response.text(), 'text/html'));
    } finally {
      clearTimeout(late);
    }
  }

  function askAgain(ms) {
    clearTimeout(timer);
    timer = setTimeout(look, ms);
  }

  async function look() {
    if (isSending || document.hidden) return;
    try {
      await ask(`${location.pathname}/live`);
    } catch {
      if (net.dataset.kind !== 'unanswered') notice('offline');
    }
    if (!isSending) askAgain(Number(live.dataset.every) * 1_000);
  }

  const pause = () =>
    new Promise((go) => {
      setTimeout(go, againMs);
      addEventListener('online', go, { once: true });
    });

  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(36)).join('-');

  async function send(url, body) {
    const until = Date.now() + deadlineMs;
    while (Date.now() < until) {
      try {
        await ask(url, body);
        return true;
      } catch {
        notice('trying');
        await pause();
      }
    }
    return false;
  }

  async function press(form, button) {
    if (isSending) return;
    isSending = true;
    presses += 1;
    clearTimeout(timer);
    for (const each of buttons) each.disabled = true;
    const doing = Object.assign(document.createElement('p'), { className: 'state checking' });
    doing.textContent = button.dataset.doing;
    state.replaceChildren(doing);
    const body = new URLSearchParams({ live: '1', press: newId(), at: String(Math.round(Date.now() + aheadMs)) });
    const isAnswered = await send(form.action, body);
    isSending = false;
    if (!isAnswered) {
      // What was said before the press may not be so any more.
      state.replaceChildren();
      for (const each of buttons) each.disabled = false;
      notice('unanswered');
    }
    askAgain(againMs);
  }

  live.addEventListener('submit', (event) => {
    event.preventDefault();
    void press(event.target, event.target.querySelector('button'));
  });
  addEventListener('offline', () => isSending || notice('offline'));
  addEventListener('online', () => void look());
  document.addEventListener('visibilitychange', () => void look());
  askAgain(Number(live.dataset.every) * 1_000);
})();
