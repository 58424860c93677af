// frappe-js-sdk, every method it has, against the school named by the environment. Prints one JSON object: what each
// step gave, or how it failed. The test in Python judges.
import { File } from "node:buffer";
import sdk from "frappe-js-sdk";

const { FrappeApp } = sdk;
const { URL_OF_SCHOOL: url, HOST_OF_SCHOOL: Host, KEY, BEARER, USER, PASSWORD } = process.env;
const results = {};

async function step(name, run) {
  try {
    results[name] = { value: await run() };
  } catch (error) {
    results[name] = { error: { ...error } };
  }
  return results[name].value;
}

/** What a browser does with cookies, for axios under node. */
function withCookies(app) {
  const jar = new Map();
  app.axios.interceptors.request.use((config) => {
    config.headers.Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    return config;
  });
  app.axios.interceptors.response.use((response) => {
    for (const line of response.headers["set-cookie"] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      value ? jar.set(name, value) : jar.delete(name);
    }
    return response;
  });
  return app;
}

const headers = { Host };
const token = (value, type) => new FrappeApp(url, { useToken: true, token: () => value, type }, undefined, headers);

// ---- who is calling
const browser = withCookies(new FrappeApp(url, undefined, undefined, headers));
await step("guest", () => browser.auth().getLoggedInUser());
await step("login.wrong", () => browser.auth().loginWithUsernamePassword({ username: USER, password: "wrong" }));
await step("login", () => browser.auth().loginWithUsernamePassword({ username: USER, password: PASSWORD }));
await step("session.user", () => browser.auth().getLoggedInUser());
await step("session.create", () => browser.db().createDoc("Sales Partner", { partner_name: "By session", commission_rate: 1 }));
await step("logout", () => browser.auth().logout());
await step("logout.user", () => browser.auth().getLoggedInUser());
await step("forgetPassword", () => browser.auth().forgetPassword(USER));
await step("token.user", () => token(KEY, "token").auth().getLoggedInUser());
await step("bearer.user", () => token(BEARER).auth().getLoggedInUser());
await step("token.wrong", () => token("a:b", "token").auth().getLoggedInUser());

// ---- documents
const app = token(KEY, "token");
const db = app.db();
for (const [n, title] of ["One", "Two", "Three"].entries())
  await step(`create.${title}`, () => db.createDoc("LMS Bootcamp", { title, price: n + 0.5, published: n % 2 }));
const one = results["create.One"].value;
await step("create.wrong", () => db.createDoc("LMS Bootcamp", { description: "no title" }));
await step("getDoc", () => db.getDoc("LMS Bootcamp", one.name));
await step("getDoc.missing", () => db.getDoc("LMS Bootcamp", "nope"));
await step("getDoc.slash", async () => {
  await db.createDoc("Sales Partner", { partner_name: "Data/Science 101", commission_rate: 1 });
  return db.getDoc("Sales Partner", "Data/Science 101");
});
await step("list", () => db.getDocList("LMS Bootcamp"));
await step("list.all", () =>
  db.getDocList("LMS Bootcamp", {
    fields: ["title", "price"],
    filters: [["price", ">", 0]],
    orFilters: [["title", "=", "One"], ["title", "=", "Two"], ["title", "=", "Three"]],
    orderBy: { field: "price", order: "desc" },
    limit: 2,
    limit_start: 1,
    asDict: true,
  }));
await step("list.arrays", () =>
  db.getDocList("LMS Bootcamp", { fields: ["title"], orderBy: { field: "title", order: "asc" }, asDict: false }));
await step("list.groups", () =>
  db.getDocList("LMS Bootcamp", { fields: ["published", "count(name) as n"], groupBy: "published", orderBy: { field: "published", order: "asc" } }));
await step("list.unordered", () => db.getDocList("LMS Bootcamp", { fields: ["*"], limit: 0 }));
await step("getLastDoc", () => db.getLastDoc("LMS Bootcamp"));
await step("getLastDoc.none", () => db.getLastDoc("LMS Bootcamp", { filters: [["title", "=", "nope"]] }));
await step("updateDoc", () => db.updateDoc("LMS Bootcamp", one.name, { license: "CC0" }));
await step("updateDoc.stale", () => db.updateDoc("LMS Bootcamp", one.name, { license: "x", modified: one.modified }));
await step("getCount", () => db.getCount("LMS Bootcamp", [["price", ">", 1]], false, true));
await step("getValue", () => db.getValue("LMS Bootcamp", "license", [["name", "=", one.name]]));
await step("getValue.several", () => db.getValue("LMS Bootcamp", ["license", "price"], [["name", "=", one.name]]));
await step("setValue", () => db.setValue("LMS Bootcamp", one.name, "license", "MIT"));
await step("setValue.object", () => db.setValue("LMS Bootcamp", one.name, { license: "GPL" }));
await step("getSingleValue", () => db.getSingleValue("School Settings", "currency"));
await step("renameDoc", async () => {
  await db.createDoc("User", { email: "sdk@people.test", first_name: "S" });
  return db.renameDoc("User", "sdk@people.test", "sdk2@people.test");
});
const invoice = await step("invoice", async () => {
  const customer = await db.createDoc("Customer", { customer_name: "Ana" });
  await db.createDoc("Item", { item_code: "IT-1", item_name: "Item" });
  return db.createDoc("Sales Invoice", {
    customer: customer.name, posting_date: "2026-03-01", due_date: "2099-01-01", items: [{ item_code: "IT-1", qty: 1, rate: 10 }],
  });
});
await step("submit", () => db.submit(invoice));
await step("cancel", () => db.cancel("Sales Invoice", invoice.name));
await step("deleteDoc", () => db.deleteDoc("LMS Bootcamp", one.name));
await step("deleteDoc.missing", () => db.deleteDoc("LMS Bootcamp", one.name));

// ---- calls
const call = app.call();
await step("call.get", () => call.get("frappe.client.get_list", { doctype: "LMS Bootcamp", filters: { title: "Two" }, fields: ["title"], parent: null }));
await step("call.post", () => call.post("frappe.client.insert", { doc: { doctype: "LMS Bootcamp", title: "Four" } }));
await step("call.put", () => call.put("frappe.client.set_value", { doctype: "LMS Bootcamp", name: results["call.post"].value.message.name, fieldname: "license", value: "X" }));
await step("call.delete", () => call.delete("frappe.client.delete", { doctype: "LMS Bootcamp", name: results["call.post"].value.message.name }));
await step("call.unknown", () => call.get("frappe.client.nope"));

// ---- files
const seen = [];
await step("upload", async () => {
  const file = new File(["hello, walrus\n".repeat(20000)], "walrus.txt", { type: "text/plain" });
  const response = await app.file().uploadFile(
    file, { isPrivate: true, doctype: "LMS Bootcamp", docname: results["create.Two"].value.name, fieldname: "image", otherData: {} },
    (loaded, total) => seen.push([loaded, total]));
  return { status: response.status, message: response.data.message, progress: seen.at(-1) };
});
await step("upload.wrong", () => app.file().uploadFile(new File(["x"], "x.txt"), { doctype: "LMS Bootcamp", docname: "x", isPrivate: true }, undefined, "nope"));

console.log(JSON.stringify(results));
