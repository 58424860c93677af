// The pages in a real browser. argv[2]: a file with JSON {base, host, sid, pages, videos, plain, shots}; prints one JSON
// line {check, ok, detail} a check. test_pages.py starts it and knows which checks must be there.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const installed = "/usr/bin/chromium";
const browser = await chromium.launch({
  executablePath: existsSync(installed) ? installed : execFileSync("which", ["chromium"], { encoding: "utf8" }).trim(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic"],
});
mkdirSync(plan.shots, { recursive: true });

function say(check, problems) {
  console.log(JSON.stringify({ check, ok: problems.length === 0, detail: problems.slice(0, 8).map(String) }));
}

async function open(options, member) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  if (member)
    await context.addCookies([{ name: "sid", value: plan.sid, url: plan.base }]);
  const asked = [];
  await context.route("**", (route) => {
    const url = route.request().url();
    asked.push(url);
    return url.startsWith(plan.base) ? route.continue() : route.abort();
  });
  return { context, asked, foreign: () => asked.filter((url) => !url.startsWith(plan.base)) };
}

// A page logs what the browser refuses (policy, scripts); an error page's own status is no mistake.
function listen(page) {
  const complaints = [];
  page.on("console", (m) => {
    if (m.type() === "error" && !/the server responded with a status of/.test(m.text())) complaints.push(m.text());
  });
  page.on("pageerror", (e) => complaints.push(e.message));
  return complaints;
}

const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function look(page, entry, name) {
  const problems = [];
  for (const width of [320, 360, 768, 1280]) {
    await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
    const over = await sideways(page);
    if (over > 0) problems.push(`${over} px too wide at ${width}`);
    if (width !== 320) await page.screenshot({ path: `${plan.shots}/${name}-${width}.png` });
  }
  return problems;
}

async function judge(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.filter((v) => ["serious", "critical"].includes(v.impact))
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.html).slice(0, 3).join(" ")}`);
}

async function every(scheme, member) {
  const { context, foreign } = await open({ colorScheme: scheme }, member);
  for (const entry of plan.pages.filter((p) => !!p.member === member))
    for (const lang of ["en", "fr"]) {
      const name = `${entry.name}-${lang}-${scheme}`, page = await context.newPage(), complaints = listen(page);
      const answer = await page.goto(`${plan.base}${entry.path}${entry.path.includes("?") ? "&" : "?"}lang=${lang}`);
      const problems = answer.status() === (entry.status ?? 200) ? [] : [`status ${answer.status()}`];
      say(`fits ${name}`, problems.concat(await look(page, entry, name)));
      say(`axe ${name}`, await judge(page));
      say(`quiet ${name}`, complaints.concat(foreign()));
      await page.close();
    }
  await context.close();
}

async function facade(video) {
  const { context, foreign } = await open({});
  const page = await context.newPage(), problems = [], complaints = listen(page);
  await page.goto(plan.base + video.path, { waitUntil: "networkidle" });
  if (foreign().length) problems.push(`before the click: ${foreign()}`);
  await page.focus(".video-open");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".video iframe, .video video");
  const src = await page.getAttribute(".video iframe, .video video", "src");
  if (!src.includes(video.src)) problems.push(src);
  problems.push(...complaints.filter((text) => /Content Security Policy/.test(text)));
  say(`facade ${video.name}`, problems);
  await context.close();
}

async function without_script() {
  const { context } = await open({ javaScriptEnabled: false });
  const page = await context.newPage(), problems = [];
  await page.goto(plan.base + plan.videos[0].path);
  if (!(await page.getAttribute(".video-open", "href"))?.startsWith("https://")) problems.push("the video is no link");
  await page.goto(plan.base + "/");
  await page.fill("#q", plan.word);
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);
  if (!(await page.locator(".results mark").count())) problems.push("nothing found");
  say("without script", problems);
  await context.close();
}

// The form of a DocType's description asks in place; without script it leads to the answer.
async function try_it(javaScriptEnabled) {
  const { context } = await open({ javaScriptEnabled });
  const page = await context.newPage(), problems = [], complaints = listen(page);
  await page.goto(plan.base + "/api/docs/LMS%20Bootcamp");
  await page.fill("#try-fields", '["name", "title"]');
  await page.fill("#try-filters", '[["name", "=", "gratis"]]');
  await page.focus("#try-limit");
  await page.keyboard.press("Enter");
  let text = "";
  if (javaScriptEnabled) {
    await page.waitForSelector(".try output:not([hidden])");
    text = await page.textContent(".try output code");
    if (!/^200 · /.test(await page.textContent(".try output span"))) problems.push("no status is shown");
    problems.push(...(await judge(page)));
    await page.screenshot({ path: `${plan.shots}/docs-try.png`, fullPage: true });
  } else {
    await page.waitForURL(/limit_page_length/);
    text = await page.evaluate(() => document.body.textContent).catch(() => page.content());
  }
  if (JSON.parse(text).data[0].title !== "Gratis") problems.push(text);
  say(javaScriptEnabled ? "try it" : "try it without script", problems.concat(complaints));
  await context.close();
}

// Tab through: the skip link comes first and leads to the content; whatever has the focus shows it.
async function keyboard(path) {
  const { context } = await open({});
  const page = await context.newPage(), problems = [];
  await page.goto(plan.base + path);
  await page.keyboard.press("Tab");
  const skip = await page.evaluate(() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    return at.matches(".skip") && box.top >= 0;
  });
  if (!skip) problems.push("the first stop is not the skip link, or it is not seen");
  await page.keyboard.press("Enter");
  if (!(await page.evaluate(() => document.activeElement.id === "main"))) problems.push("it does not lead to the content");
  await page.goto(plan.base + path);
  for (let i = 0; i < 24; i++) {
    await page.keyboard.press("Tab");
    const hidden = await page.evaluate(() => {
      const at = document.activeElement;
      if (at === document.body) return "";
      const drawn = [null, "::after"].some((part) => getComputedStyle(at, part).outlineStyle !== "none");
      return drawn && at.getClientRects().length ? "" : at.outerHTML.slice(0, 120);
    });
    if (hidden) problems.push(hidden);
  }
  say(`keyboard ${path}`, problems);
  await context.close();
}

for (const scheme of ["light", "dark"]) {
  await every(scheme, false);
  await every(scheme, true);
}
for (const video of plan.videos) await facade(video);
await without_script();
await try_it(true);
await try_it(false);
for (const path of plan.keyboard) await keyboard(path);
await browser.close();
