// Lessons that complete by themselves, in a real browser. argv[2]: JSON {base, sid, shots, film, file}; prints one line {check, ok,
// detail} a step: a text that is read, a film that is played to its end, a text that is read while the network is cut.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const installed = "/usr/bin/chromium";
const browser = await chromium.launch({
  executablePath: existsSync(installed) ? installed : execFileSync("which", ["chromium"], { encoding: "utf8" }).trim(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-quic",
    "--autoplay-policy=no-user-gesture-required"],
});
mkdirSync(plan.shots, { recursive: true });
const context = await browser.newContext({ locale: "en", viewport: { width: 360, height: 740 } });
await context.addCookies([{ name: "sid", value: plan.sid, url: plan.base }]);
// The host of the film is not asked: what it would send is here.
await context.route(plan.film, (route) => route.fulfill({ path: plan.file, contentType: "video/webm" }));
const page = await context.newPage(), problems = [];
page.on("pageerror", (e) => problems.push(String(e)));

async function step(check, work) {
  problems.length = 0;
  try {
    await work();
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    problems.push(...found.violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id}: ${v.nodes[0].html}`));
  } catch (error) {
    problems.push(`${error.message.slice(0, 600)} — ${page.url()} ${(await page.content()).replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").slice(0, 400)}`);
  }
  await page.screenshot({ path: `${plan.shots}/learning-${check}.png` });
  console.log(JSON.stringify({ check, ok: problems.length === 0, detail: problems }));
}
const standing = (text) => page.locator(".standing", { hasText: text }).waitFor({ timeout: 25000 });
const open = async (slug) => {
  await page.goto(`${plan.base}/bootcamps/learn/one/${slug}`);
  await page.evaluate(() => { globalThis.same = true; });
};
const stayed = async () => { if (!(await page.evaluate(() => globalThis.same))) throw new Error("the page was loaded anew"); };

await step("read", async () => {
  await open("text");
  await standing("0/3 lessons completed");
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await standing("1/3 lessons completed");
  await page.locator("#told a", { hasText: "Next lesson: Film" }).waitFor({ timeout: 5000 });
  await stayed();
});
await step("played", async () => {
  await page.locator("#told a", { hasText: "Next lesson: Film" }).click();
  await page.locator("[data-video]").waitFor();
  await page.waitForLoadState("load");
  await page.evaluate(() => { globalThis.same = true; });
  await page.locator(".video-open").click();
  await standing("2/3 lessons completed");
  await stayed();
});
await step("offline", async () => {
  await open("last");
  await standing("2/3 lessons completed");
  await context.setOffline(true);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.locator("#told", { hasText: "There is no connection" }).waitFor({ timeout: 20000 });
  await context.setOffline(false);
  await standing("3/3 lessons completed");
  await page.locator("#told", { hasText: "You have finished this bootcamp." }).waitFor({ timeout: 5000 });
  await stayed();
});
await step("continue", async () => {
  await page.goto(`${plan.base}/bootcamps/learn`);
  await page.locator("a.button", { hasText: "Continue: lesson 3" }).waitFor({ timeout: 5000 });
});
await browser.close();
