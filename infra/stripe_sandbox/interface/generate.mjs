// Writes shapes.json and parameters.json from the type declarations of the npm package "stripe".
// Usage: npm ci --ignore-scripts in tests/stripe_sandbox/oracles, then
//   node infra/stripe_sandbox/interface/generate.mjs tests/stripe_sandbox/oracles infra/stripe_sandbox/interface
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const [home, output] = process.argv.slice(2).map((folder) => path.resolve(folder));
const ts = createRequire(path.join(home, "package.json"))("typescript");
const resources = path.join(home, "node_modules/stripe/esm/resources");
const { objects, routes } = JSON.parse(readFileSync(new URL("./served.json", import.meta.url)));

const files = [...new Set([...Object.values(objects), ...Object.values(routes)].map((name) => name.split("#")[0]))];
const paths = files.map((file) => path.join(resources, `${file}.d.ts`));
const program = ts.createProgram(paths, { strict: true, skipLibCheck: true, target: 99, module: 99, moduleResolution: 2 });
const checker = program.getTypeChecker();
const isString = (type) => Boolean(type.flags & ts.TypeFlags.StringLike);
const parts = (type) => (type.isUnion() ? type.types : [type]);
const isNullish = (type) => Boolean(type.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined));

function named(reference) {
  const [file, name] = reference.split("#");
  const source = program.getSourceFile(path.join(resources, `${file}.d.ts`));
  let symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  for (const step of name.split(".").slice(0, -1)) {
    symbols = checker.getExportsOfModule(symbols.find((symbol) => symbol.name === step));
  }
  const symbol = symbols.find((candidate) => candidate.name === name.split(".").at(-1));
  if (!symbol) throw new Error(`no type ${reference}`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

const propertiesOf = (type) =>
  checker.getPropertiesOfType(type).filter((property) => !property.name.startsWith("__"));
const typeOfProperty = (property) => checker.getTypeOfSymbol(property);
const elementOf = (type) => (checker.isArrayType(type) ? checker.getTypeArguments(type)[0] : null);
const isHash = (type) =>
  Boolean(type.flags & ts.TypeFlags.Object) && !checker.isArrayType(type) && !checker.getIndexInfosOfType(type).length &&
  type.getCallSignatures().length === 0;
const isRoot = (type) => isHash(type) && (type.getProperty("object") || type.symbol?.name === "Decimal");

// A response field: "r" required, "n" required and nullable, "o" optional; {is, in|each} if it contains hashes.
function responseField(property, depth) {
  const type = typeOfProperty(property);
  const kinds = parts(type);
  const optional = Boolean(property.flags & ts.SymbolFlags.Optional);
  const nullable = kinds.some((kind) => kind.flags & ts.TypeFlags.Null);
  const is = optional ? "o" : nullable ? "n" : "r";
  if (depth > 6) return is;
  for (const kind of kinds.filter((kind) => !isNullish(kind))) {
    const element = elementOf(kind);
    const below = element ?? kind;
    if (parts(below).length === 1 && isHash(below) && !isRoot(below)) {
      const inside = responseShape(below, depth + 1);
      return { is, [element ? "each" : "in"]: inside };
    }
  }
  return is;
}

const responseShape = (type, depth = 0) =>
  Object.fromEntries(propertiesOf(type).map((property) => [property.name, responseField(property, depth)]));

// A parameter: "string" "integer" "boolean" "map", {enum}, {array}, {hash, required}, {any}; empty: true if "" unsets it.
function parameter(type) {
  const kinds = parts(type).filter((kind) => !isNullish(kind));
  const empty = kinds.some((kind) => kind.isStringLiteral() && kind.value === "");
  const rest = kinds.filter((kind) => !(kind.isStringLiteral() && kind.value === ""));
  const found = alternatives(rest);
  const node = found.length === 1 ? found[0] : { any: found };
  return empty ? { ...(typeof node === "string" ? { any: [node] } : node), empty: true } : node;
}

function alternatives(kinds) {
  const found = [];
  const values = kinds.filter((kind) => kind.isStringLiteral()).map((kind) => kind.value);
  if (values.length) found.push({ enum: values });
  else if (kinds.some(isString) || kinds.some((kind) => kind.isIntersection())) found.push("string");
  if (kinds.some((kind) => kind.flags & ts.TypeFlags.NumberLike)) found.push("integer");
  if (kinds.some((kind) => kind.flags & ts.TypeFlags.BooleanLike)) found.push("boolean");
  for (const kind of kinds.filter((kind) => kind.flags & ts.TypeFlags.Object)) {
    if (checker.isArrayType(kind)) found.push({ array: parameter(elementOf(kind)) });
    else if (checker.getIndexInfosOfType(kind).length) found.push("map");
    else if (kind.symbol?.name === "Decimal") found.push("string");
    else found.push(hash(kind));
  }
  return found;
}

function hash(type) {
  const properties = propertiesOf(type);
  const required = properties.filter((property) => !(property.flags & ts.SymbolFlags.Optional)).map((p) => p.name);
  const fields = Object.fromEntries(properties.map((p) => [p.name, parameter(typeOfProperty(p))]));
  return required.length ? { hash: fields, required } : { hash: fields };
}

const version = /"([^"]+)"/.exec(readFileSync(path.join(resources, "../apiVersion.d.ts"), "utf8"))[1];
const write = (name, body) =>
  writeFileSync(path.join(output, name), JSON.stringify({ api_version: version, ...body }) + "\n");
write("shapes.json", { objects: Object.fromEntries(Object.entries(objects).map(([k, v]) => [k, responseShape(named(v))])) });
write("parameters.json", { routes: Object.fromEntries(Object.entries(routes).map(([k, v]) => [k, hash(named(v))])) });
