/* The video of a lesson. Nothing is asked of a third party before a click; without this script a link stands there. Each
   player tells its box "at" {t, playing, length}, "jump" and "end"; lesson.js makes progress of it. */
"use strict";
const box = document.querySelector("[data-video]"), help = document.querySelector("#blocked");
let waiting;

function tell(type, detail) {
  waiting = clearTimeout(waiting);
  help.hidden = true;
  box.dispatchEvent(new CustomEvent(type, { detail }));
}
const at = (t, playing, length) => tell("at", { t, playing, length });
const blocked = () => { help.hidden = false; };

const players = {
  file(video) {
    const now = () => at(video.currentTime, !(video.paused || video.seeking || video.ended), video.duration);
    for (const event of ["loadedmetadata", "playing", "timeupdate", "pause"]) video.addEventListener(event, now);
    video.addEventListener("seeking", () => tell("jump"));
    video.addEventListener("ended", () => tell("end"));
    video.addEventListener("error", blocked);
  },
  youtube(post) { /* silent until it is listened to */
    let t = 0, length, state = -1;
    const listen = setInterval(() => {
      if (waiting) post('{"event":"listening","id":1,"channel":"widget"}');
      else clearInterval(listen);
    }, 400);
    return ({ event, info }) => {
      if (event === "onError") return blocked();
      if (event === "onReady") post('{"event":"command","func":"addEventListener","args":["onStateChange"],"id":1}');
      t = info?.currentTime ?? t;
      length = info?.duration || length;
      state = event === "onStateChange" ? info : info?.playerState ?? state;
      if (state === 0) tell("end");
      else at(t, state === 1 || state === 3, length);
    };
  },
  vimeo(post) {
    const heard = {
      ready: () => ["timeupdate", "pause", "seeked", "ended", "error"].forEach((value) => post({ method: "addEventListener", value })),
      timeupdate: (d) => at(d.seconds, true, d.duration),
      pause: (d) => at(d.seconds, false, d.duration),
      seeked: () => tell("jump"),
      ended: () => tell("end"),
      error: blocked,
    };
    return ({ event, data }) => heard[event]?.(data);
  },
};

function open(event) {
  event.preventDefault();
  const { kind, video, title, from } = box.dataset, file = kind === "file";
  const player = Object.assign(document.createElement(file ? "video" : "iframe"), file
    ? { controls: true, autoplay: true, playsInline: true }
    : { title, allow: "autoplay; fullscreen; picture-in-picture; encrypted-media", allowFullscreen: true,
        referrerPolicy: "strict-origin-when-cross-origin" });
  const start = !from ? "" : kind === "youtube" ? `&start=${from}` : `#t=${from}`;
  player.src = video.replace("ORIGIN", encodeURIComponent(location.origin)) + start;
  const { origin } = new URL(player.src);
  if (file) players.file(player);
  else player.addEventListener("load", () => {
    const hear = players[kind]((message) => player.contentWindow.postMessage(message, origin));
    addEventListener("message", (e) => {
      if (e.source !== player.contentWindow || e.origin !== origin) return;
      let said = e.data;
      try { said = typeof said === "string" ? JSON.parse(said) : said; } catch { return; }
      if (said) hear(said);
    });
    if (kind === "vimeo") player.contentWindow.postMessage({ method: "ping" }, origin); /* it may have been ready before */
  }, { once: true });
  waiting = setTimeout(blocked, 15000);
  box.replaceChildren(player);
  player.focus();
}
document.querySelector(".video-open").addEventListener("click", open);
