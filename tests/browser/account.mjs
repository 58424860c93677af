// An account from the first visit to the last, in a real browser. argv[2]: JSON {base, mail, script, lang, phone, address,
// shots, key}; prints one line {check, ok, detail} a step. The mails are read where the demo keeps them.
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const installed = "/usr/bin/chromium";
const browser = await chromium.launch({
  executablePath: existsSync(installed) ? installed : execFileSync("which", ["chromium"], { encoding: "utf8" }).trim(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-quic"],
});
mkdirSync(plan.shots, { recursive: true });
const context = await browser.newContext({
  javaScriptEnabled: plan.script,
  locale: plan.lang,
  colorScheme: plan.phone ? "dark" : "light",
  viewport: plan.phone ? { width: 360, height: 740 } : { width: 1280, height: 900 },
});
const page = await context.newPage();
let shots = 0;

const main = () => page.locator("main").innerText();

// axe needs scripts: without them it looks at the same markup in a context that has them.
async function judge() {
  if (!plan.script) return [];
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id}: ${v.nodes[0].html}`);
}

async function step(check, words) {
  const problems = [];
  if (!(await main()).includes(words)) problems.push(`not "${words}": ${(await main()).slice(0, 300)} at ${page.url()}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) problems.push(`${over} px too wide`);
  problems.push(...(await judge()));
  await page.screenshot({ path: `${plan.shots}/account-${plan.key}-${++shots}.png`, fullPage: true });
  console.log(JSON.stringify({ check, ok: problems.length === 0, detail: problems }));
}

// The text of a mail: its first part, quoted or not.
function decode(mail) {
  const [, how, text] = mail.match(/text\/plain[^]*?Transfer-Encoding: (\S+)\r\n\r\n([^]*?)\r\n--=_/);
  if (how !== "quoted-printable") return text;
  return text.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

async function link(address, path) {
  for (let i = 0; i < 100; i++) {
    const files = existsSync(plan.mail) ? readdirSync(plan.mail).filter((name) => name.endsWith(".eml")) : [];
    const texts = files.map((name) => readFileSync(`${plan.mail}/${name}`, "latin1"));
    const own = texts.filter((text) => text.includes(`To: ${address}\r\n`)).map(decode);
    const found = own.map((text) => text.match(new RegExp(`http://\\S+${path}\\S*`))).filter(Boolean);
    if (found.length) return found.at(-1)[0];
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`no mail with ${path} to ${address}`);
}

const send = (name) => Promise.all([page.waitForNavigation(), page.getByRole("button", { name, exact: true }).click()]);
const w = plan.words;

await page.goto(plan.base + plan.from);
await page.click(".bar nav a[href^='/login']");
await page.getByRole("link", { name: w.signUp }).click();
await page.fill("#full_name", "Ada <b>");
await page.fill("#email", plan.address);
await send(w.signUp);
await step("mistake", w.badName);
await page.fill("#full_name", "Ada Lovelace");
await page.focus("#email");
await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
await step("sent", w.sent);
await page.goto(await link(plan.address, "/update-password"));
await page.fill("#new_password", "password");
await send(w.saveAndLogIn);
await step("weak", w.choose);
await page.fill("#new_password", "Ada-and-the-Engine-1843");
await send(w.saveAndLogIn);
console.log(JSON.stringify({ check: "back", ok: new URL(page.url()).pathname === plan.from, detail: [page.url()] }));
await page.click(".bar a[href='/account']");
await step("account", w.account);
await page.fill("#full_name", "Countess Lovelace");
await send(w.save);
await step("saved", w.saved);
await page.fill("#email", `new-${plan.address}`);
await page.fill("#address_password", "Ada-and-the-Engine-1843");
await send(w.changeAddress);
await step("asked", w.asked);
await page.goto(await link(`new-${plan.address}`, "/confirm-address"));
await step("confirm", `new-${plan.address}`);
await send(w.confirm);
await step("moved", w.moved);
await page.locator("details summary").click();
await page.fill("#leave_password", "not this one");
await send(w.leave);
await step("wrong", w.wrong);
await page.fill("#leave_password", "Ada-and-the-Engine-1843");
await send(w.leave);
await step("gone", w.gone);
await browser.close();
