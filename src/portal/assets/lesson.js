/* A lesson of who is enrolled: what they play or read is kept on the device and sent every 10 s, on pause, on hide and at
   the end, and again until the server has it: it holds all that was played, so twice is once. */
"use strict";
{
  const find = (what, from = document) => from.querySelector(what);
  const facts = find("[data-lesson]").dataset, video = find("[data-video]"), told = find("#told"), reads = facts.rule === "View";
  const KEY = "preau.lesson.", REPORT = `/api/method/lms.report_progress?_lang=${document.documentElement.lang}`;
  const BEAT = 10000, MONTH = 30 * 864e5;
  let done = "done" in facts, token = find("[name=csrf_token]").value, turn = Promise.resolve(), again, beaten = 0;

  /* ---- what the page says ---- */
  const saying = (name) => find(`[data-say=${name}]`, find("#sayings").content).cloneNode(true);
  function say(name, words) {
    if (told.dataset.now === name && !words) return;
    told.dataset.now = name;
    told.replaceChildren(name ? saying(name) : "");
    if (words) find("p", told).textContent = words;
  }
  function finish(m) {
    done = true;
    const button = find(".complete"), inside = button?.contains(document.activeElement);
    button?.remove();
    find(".standing").append(saying("completed"));
    find(".lessons [aria-current]")?.closest("li").lastElementChild.append(" ", saying("tag"));
    say(m.next ? "next" : m.completed < m.total ? "last" : "finished");
    if (m.next) Object.assign(find("a", told), { href: m.next.url });
    if (inside) find("a", told).focus();
  }
  function show(m, event) {
    const count = find(".standing strong"), watched = find(".watched");
    count.textContent = count.textContent.replace(/\d+\/\d+/, `${m.completed}/${m.total}`);
    watched.textContent = watched.textContent.replace(/\d+/, m.lesson_percent);
    watched.hidden = m.complete || !video || !/End|Watch/.test(facts.rule);
    if (m.complete) done || finish(m);
    else if (/manual|answer/.test(event) || (event === "ended" && facts.rule === "Watch")) say("why", m.why);
    else if (/offline|login/.test(told.dataset.now)) say("");
  }

  /* ---- what is kept and sent ---- */
  const name = (r) => `${KEY}${r.enrollment}.${r.lesson}`;
  const shelf = (work) => { try { return work(localStorage); } catch { return null; } }; /* full, or forbidden */
  const stored = (key) => shelf((s) => JSON.parse(s.getItem(key)));
  const forget = (key) => shelf((s) => s.removeItem(key));
  const keep = (r) => shelf((s) => s.setItem(name(r), JSON.stringify({ ...r, when: Date.now() })));
  function form(r, event = r.event) {
    const f = new URLSearchParams({ lesson: r.lesson, enrollment: r.enrollment, event, csrf_token: token });
    if (r.at >= 0) f.set("position", r.at);
    if (r.length) f.set("duration", r.length);
    if (r.spans[0]) f.set("intervals", JSON.stringify(r.spans));
    return f;
  }
  const ask = (body) => fetch(REPORT, { method: "POST", body, keepalive: true });
  /* Who logged in again, in another tab, has another token. Null: logged out. */
  async function post(body) {
    const a = await ask(body);
    if (![400, 401, 403].includes(a.status)) return a;
    const fresh = await fetch("/api/method/frappe.sessions.get_csrf_token");
    token = fresh.ok && (await fresh.json()).message;
    if (!token) return null;
    body.set("csrf_token", token);
    return ask(body);
  }
  async function deliver(r, event, answer) {
    const before = JSON.stringify(r), body = form(r, event);
    if (answer) body.set("answer", answer);
    let a, m, problem = "offline";
    try {
      a = await post(body);
      problem = a ? "" : "login";
      m = a?.ok && (await a.json()).message;
    } catch { /* no network: it stays kept */ }
    if (m && JSON.stringify(r) === before) r.sent = true;
    if (m && r.event === event) r.event = "progress";
    if (m?.complete || [404, 417].includes(a?.status)) forget(name(r));
    else keep(r);
    if (r !== own) return;
    if (problem) say(problem);
    if (m) return show(m, event);
    clearTimeout(again);
    again = setTimeout(() => document.hidden || flush(), BEAT);
  }
  const send = (r, event = r.event, answer) => (turn = turn.then(() => deliver(r, event, answer)));
  function beat(event = own.event) {
    if (done) return;
    Object.assign(own, { event, sent: false });
    beaten = performance.now();
    send(own);
  }
  function flush() {
    for (const key of shelf(Object.keys) ?? []) {
      const r = key.startsWith(KEY) && key !== name(own) && stored(key);
      if (r && Date.now() - r.when > MONTH) forget(key);
      else if (r && !r.sent) send(r);
    }
    if (!done && !own.sent) send(own);
  }

  const { lesson, enrollment } = facts, source = video?.dataset.video;
  const own = { lesson, enrollment, source, event: "progress", spans: [], sent: true }, old = stored(name(own));
  if (old?.source === source) Object.assign(own, old);
  flush();
  if (reads) own.at = 0;
  send(own, "view");
  addEventListener("online", flush);
  addEventListener("visibilitychange", () => {
    if (done || !(reads || own.spans[0])) return;
    if (!document.hidden) return own.sent || beat();
    own.sent = false;
    keep(own);
    navigator.sendBeacon(REPORT, form(own));
  });
  find(".complete")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const answer = event.target.elements.answer?.value.trim();
    if (answer) send(own, "answer", answer);
    else beat("manual");
  });

  /* ---- what was played: parts as they passed, at most twice as fast as the clock; a jump is no part ---- */
  let last, over;
  function add(from, to) {
    const apart = own.spans.filter(([a, b]) => b < from - 0.3 || a > to + 0.3), near = own.spans.filter((s) => !apart.includes(s));
    for (const [a, b] of near) [from, to] = [Math.min(a, from), Math.max(b, to)];
    own.spans = [...apart, [from, to]].sort((a, b) => a[0] - b[0]);
  }
  function track(t, playing, length) {
    const now = performance.now(), was = last;
    t = Math.round(t * 100) / 100;
    if (was && t > was.t && t - was.t < ((now - was.now) / 1000) * 2.1 + 0.5) add(was.t, t);
    last = playing && { t, now };
    own.at = t;
    if (length < 172800) own.length = length;
    if (playing) over = false;
    if (playing ? now - beaten >= BEAT : was) beat();
  }
  if (video && own.at > 5 && !(own.at > own.length - 10)) video.dataset.from = Math.floor(own.at);
  video?.addEventListener("at", ({ detail: d }) => done || track(d.t, d.playing, d.length));
  video?.addEventListener("jump", () => { last = null; });
  video?.addEventListener("end", () => {
    if (done || over) return;
    if (last) track(own.length ?? last.t, false);
    over = true;
    beat("ended");
  });

  /* ---- what was read: seconds in sight, and whether the end was ---- */
  let tried;
  if (reads && !done)
    setInterval(() => {
      if (done || document.hidden) return;
      const end = ++own.at >= 5 && find(".body").getBoundingClientRect().bottom <= innerHeight;
      if ((end && !tried) || own.at % 10 === 0) beat(end ? "ended" : undefined);
      tried ||= end;
    }, 1000);
}
