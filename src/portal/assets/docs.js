// "Try it": the form's own address is asked in place, and the answer shown below it. Without this the form leads there.
"use strict";
for (const form of document.querySelectorAll("form.try")) {
  const output = form.querySelector("output"), status = output.querySelector("span"), text = output.querySelector("code");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button"), started = performance.now();
    button.setAttribute("aria-busy", "true");
    const url = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      const body = await answer.text();
      status.textContent = `${answer.status} · ${Math.round(performance.now() - started)} ms · GET ${decodeURIComponent(url)}`;
      try {
        text.textContent = JSON.stringify(JSON.parse(body), null, 2);
      } catch {
        text.textContent = body;
      }
    } catch (error) {
      status.textContent = String(error.message);
      text.textContent = "";
    }
    output.hidden = false;
    button.removeAttribute("aria-busy");
  });
}
