// An OpenAPI document before an independent judge. argv[2]: a file with JSON {documents: {who: text}, answers: [{who, path,
// verb, status, body}]}; prints one JSON line {check, ok, detail} a check. test_openapi_valid.py starts it.
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));

function say(check, problems) {
  console.log(JSON.stringify({ check, ok: problems.length === 0, detail: problems.slice(0, 8).map(String) }));
}

// All schemas of a document in one instance; "#/…" within it becomes "doc#/…". Words of OpenAPI that judge nothing are
// known, anything else unknown is a mistake.
function judge_of(document) {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, allowUnionTypes: true });
  formats(ajv);
  for (const name of ["decimal", "password", "binary"]) ajv.addFormat(name, true);
  for (const word of ["example", "x-link"]) ajv.addKeyword(word);
  ajv.addVocabulary(["openapi", "info", "servers", "security", "tags", "paths", "components"]);
  ajv.addSchema({ ...document, $id: "doc" });
  return (pointer) => ajv.getSchema(`doc#${pointer}`);
}

const escaped = (part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));


// Calls visit(example, schema's pointer) for all that a document shows as an example.
function examples(document, visit) {
  const walk = (value, pointer) => {
    if (!value || typeof value !== "object") return;
    if (value.schema && "example" in value) visit(value.example, `${pointer}/schema`);
    for (const [key, inner] of Object.entries(value)) {
      if (key === "examples" && Array.isArray(inner)) inner.forEach((one) => visit(one, pointer));
      else if (key !== "example") walk(inner, `${pointer}/${escaped(key)}`);
    }
  };
  walk(document, "");
}

function judge_examples(document, schema_at) {
  const problems = [];
  let count = 0;
  examples(document, (example, pointer) => {
    count++;
    const holds = schema_at(pointer);
    if (!holds(example)) problems.push(`${pointer}: ${JSON.stringify(holds.errors[0])} in ${JSON.stringify(example)}`);
  });
  return count > 20 ? problems : [`only ${count} examples`];
}

// Presets are values of their own schema.
function judge_presets(document, schema_at) {
  const problems = [];
  for (const [name, schema] of Object.entries(document.components.schemas))
    for (const [field, property] of Object.entries(schema.properties ?? {}))
      if ("default" in property && !schema_at(`/components/schemas/${escaped(name)}/properties/${escaped(field)}`)(property.default))
        problems.push(`${name}.${field}: ${JSON.stringify(property.default)}`);
  return problems;
}

function judge_answer(document, schema_at, { path, verb, status, body }) {
  const operation = document.paths[path]?.[verb];
  if (!operation) return [`${verb} ${path} is not described`];
  const response = operation.responses[status];
  if (!response) return [`${verb} ${path}: status ${status} is not described`];
  const named = response.$ref
    ? `/${response.$ref.slice(2).split("/").map(escaped).join("/")}`
    : `/paths/${escaped(path)}/${verb}/responses/${status}`;
  const holds = schema_at(`${named}/content/${escaped("application/json")}/schema`);
  return holds(body) ? [] : [`${verb} ${path}: ${JSON.stringify(holds.errors.slice(0, 2))} in ${JSON.stringify(body).slice(0, 400)}`];
}

const judges = {};
for (const [who, text] of Object.entries(plan.documents)) {
  const document = JSON.parse(text), validator = new Validator();
  const found = await validator.validate(structuredClone(document));
  say(`valid ${who}`, found.valid && validator.version === "3.1" ? [] : [JSON.stringify(found.errors)?.slice(0, 900), validator.version]);
  judges[who] = [document, judge_of(document)];
  say(`examples ${who}`, judge_examples(...judges[who]));
  say(`presets ${who}`, judge_presets(...judges[who]));
}
for (const answer of plan.answers)
  say(`answer ${answer.name}`, judge_answer(...judges[answer.who], answer));
