// frappe-ui's resources (what its Vue applications talk to Frappe with), against the school named by the environment.
// The package itself comes without the editor and chart libraries that it also depends on: FRAPPE_UI is its folder, from
// which esbuild takes resources and calls. Prints one JSON object: what each step gave, or how it failed.
import { writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const { URL_OF_SCHOOL: url, HOST_OF_SCHOOL: host, USER, PASSWORD, FRAPPE_UI } = process.env;
const results = {};

async function step(name, run) {
  try {
    results[name] = { value: JSON.parse(JSON.stringify((await run()) ?? null)) }; // as it is now: resources change
  } catch (error) {
    results[name] = { error: { message: error.message, exc_type: error.exc_type, messages: error.messages, exc: error.exc } };
  }
  return results[name].value;
}

// ---- a browser, as far as the library asks for one: a window, its cookies, relative addresses
const jar = new Map();
globalThis.window = globalThis;
window.location = { hostname: host };
window.fetch = (path, { method, headers, body }) =>
  new Promise((resolve, reject) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const request = http.request(url + path, { method, headers: { ...headers, Host: host, Cookie: cookie } }, (answer) => {
      for (const line of answer.headers["set-cookie"] ?? []) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        value ? jar.set(name, value) : jar.delete(name);
      }
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve(new Response(Buffer.concat(parts), { status: answer.statusCode, headers: { "Content-Type": answer.headers["content-type"] } })));
    });
    request.on("error", reject);
    request.end(body);
  });
console.log = console.groupCollapsed = () => {};

// ---- the library
const from = (file) => JSON.stringify(join(FRAPPE_UI, "src", file));
const outfile = join(tmpdir(), `frappe-ui-${process.pid}.mjs`);
await build({
  stdin: {
    contents: `export * from ${from("resources/resources.js")};
      export * from ${from("resources/listResource.js")};
      export * from ${from("resources/documentResource.js")};
      export { frappeRequest } from ${from("utils/frappeRequest.js")};
      export { setConfig } from ${from("utils/config.ts")};
      export { default as call } from ${from("utils/call.js")};`,
    resolveDir: import.meta.dirname ?? ".",
  },
  nodePaths: ["node_modules"], bundle: true, format: "esm", platform: "node", outfile, logLevel: "error",
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
const ui = await import(pathToFileURL(outfile));
ui.setConfig("resourceFetcher", ui.frappeRequest);

// ---- calls
await step("guest", () => ui.call("frappe.auth.get_logged_user"));
await step("login.wrong", () => ui.call("login", { usr: USER, pwd: "wrong" }));
await step("login", () => ui.call("login", { usr: USER, pwd: PASSWORD }));
await step("user", () => ui.call("frappe.auth.get_logged_user"));
await step("csrf", async () => (window.csrf_token = await ui.call("frappe.sessions.get_csrf_token")));
await step("unknown", () => ui.call("frappe.client.nope"));
const fetchedOnce = ui.createResource({ url: "frappe.client.get_count", params: { doctype: "Sales Partner" } });
await step("resource", () => fetchedOnce.fetch());
const got = ui.createResource({ url: "frappe.client.get_value", method: "GET", params: { doctype: "Role", fieldname: "name", filters: JSON.stringify({ name: "Student" }) } });
await step("resource.get", () => got.fetch());

// ---- lists
const partners = ui.createListResource({ doctype: "Sales Partner", fields: ["name", "partner_name", "commission_rate"],
  orderBy: "partner_name asc", pageLength: 2 });
for (const [n, partner_name] of ["Anna", "Bert", "Cleo"].entries())
  await step(`insert.${partner_name}`, () => partners.insert.submit({ partner_name, commission_rate: n + 0.5 }));
await new Promise((later) => setTimeout(later, 500)); // an insert fetches its list again, on its own
await step("list", async () => { await partners.list.fetch(); return { data: partners.data, more: partners.hasNextPage }; });
const paged = ui.createListResource({ doctype: "Sales Partner", fields: ["name"], orderBy: "partner_name asc", pageLength: 2 });
await step("list.next", async () => {
  await paged.list.fetch();
  paged.start = 2;
  await paged.list.fetch();
  return { data: paged.data, more: paged.hasNextPage };
});
await step("list.filtered", async () => {
  const some = ui.createListResource({ doctype: "Sales Partner", fields: ["name"], filters: { commission_rate: [">", 1] },
    orFilters: [["partner_name", "like", "B%"], ["partner_name", "like", "C%"]], orderBy: "name desc" });
  await some.list.fetch();
  return some.data;
});
await step("list.one", async () => { await partners.fetchOne.submit("Anna"); return partners.getRow("Anna"); });
await step("list.setValue", () => partners.setValue.submit({ name: "Bert", commission_rate: 7 }));
await step("list.setValue.wrong", () => partners.setValue.submit({ name: "Bert", commission_rate: "-1" }));
await step("list.runDocMethod", () => partners.runDocMethod.submit({ method: "add_comment", name: "Bert", comment_type: "Comment", text: "Hi" }));
await step("list.delete", () => partners.delete.submit("Cleo"));
await step("list.unknown", () => ui.createListResource({ doctype: "No Such", fields: ["name"] }).list.fetch());

// ---- one document
const anna = ui.createDocumentResource({ doctype: "Sales Partner", name: "Anna", auto: false,
  whitelistedMethods: { comment: "add_comment" } });
await step("doc", async () => { await anna.get.fetch(); return anna.doc; });
await step("doc.setValue", async () => { await anna.setValue.submit({ commission_rate: 3 }); return anna.doc; });
await step("doc.save", async () => { anna.doc.commission_rate = 4; await anna.save.submit(); return anna.doc; });
await step("doc.stale", async () => {
  await ui.call("frappe.client.set_value", { doctype: "Sales Partner", name: "Anna", fieldname: "commission_rate", value: 9 });
  anna.doc.commission_rate = 5;
  await anna.save.submit();
});
await step("doc.method", () => anna.comment.submit({ comment_type: "Comment", text: "Well done" }));
await step("doc.delete", () => anna.delete.submit());
await step("doc.gone", () => anna.get.fetch());
await step("logout", () => ui.call("logout"));
await step("logout.user", () => ui.call("frappe.auth.get_logged_user"));
writeFileSync(1, JSON.stringify(results));
process.exit(0);
