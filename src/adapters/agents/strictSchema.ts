/**
 * OpenAI's strict structured output takes a subset of JSON Schema: every object closed, every property required, so an
 * optional one becomes nullable. Source: OpenAI, "Structured Outputs: supported schemas".
 */
import { isObject, type Json } from './json.js';

const UNSUPPORTED = new Set(['$schema', '$id', 'default', 'examples', 'minLength', 'maxLength', 'uniqueItems', 'contentEncoding', 'title']);

function nullable(schema: unknown): unknown {
  if (isObject(schema) && typeof schema['type'] === 'string' && schema['enum'] === undefined && schema['const'] === undefined)
    return { ...schema, type: [schema['type'], 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

function properties(value: Json, required: ReadonlySet<unknown>): Json {
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, required.has(name) ? strict(schema) : nullable(strict(schema))]));
}

function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (!isObject(schema)) return schema;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (UNSUPPORTED.has(key)) continue;
    if (key === 'properties' && isObject(value)) out[key] = properties(value, new Set(Array.isArray(schema['required']) ? schema['required'] : []));
    else if (key === 'oneOf') out['anyOf'] = strict(value);
    else out[key] = key === 'enum' || key === 'const' || key === 'required' ? value : strict(value);
  }
  if (isObject(schema['properties'])) {
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
    out['required'] = [...required, ...Object.keys(schema['properties']).filter((name) => !required.includes(name))];
    out['additionalProperties'] = false;
  }
  return out;
}

/** The schema as strict answers want it: every property required, optional ones nullable, nothing additional. */
export function strictSchema(schema: Json): Json {
  const made = strict(schema);
  return isObject(made) ? made : {};
}

/** The reverse for answers: what the strict schema forced to be `null` was left out. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, entry]) => (entry === null ? [] : [[key, withoutNulls(entry)]])));
}
