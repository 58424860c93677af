// The partner's page: links are copied, and figures change by themselves. Without this the page is complete as it was made.
"use strict";
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const told = document.getElementById("copied");
    told.textContent = "";
    setTimeout(() => { told.textContent = told.dataset.words; }, 50);
  });
}

// The event says that something changed; what is shown is made by the server, so that tiles, rows and words are one.
const figures = document.getElementById("figures");
let known = null, asking = false;
async function renew() {
  if (asking)
    return;
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("figures");
    const open = figures.querySelector("details")?.open;
    if (answer.ok && fresh) {
      figures.replaceChildren(...fresh.childNodes);
      if (open && figures.querySelector("details"))
        figures.querySelector("details").open = true;
    }
  } finally {
    asking = false;
  }
}
function heard(text) {
  const said = JSON.parse(text);
  delete said.as_of;
  const now = JSON.stringify(said);
  if (known !== null && now !== known)
    renew();
  known = now;
}
if (window.EventSource) {
  let events = null;
  const listen = () => {
    events?.close();
    events = document.hidden ? null : new EventSource(figures.dataset.live);
    events?.addEventListener("summary", (event) => heard(event.data));
  };
  document.addEventListener("visibilitychange", listen);
  listen();
} else {
  setInterval(() => fetch(figures.dataset.live).then((a) => a.text()).then((t) => heard(t.split("data: ")[1])), 5000);
}
