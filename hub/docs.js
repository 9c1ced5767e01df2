// Renders /openapi.json without a framework: one list a tag, one fold an operation.
const node = (tag, props = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), props);
  made.append(...children);
  return made;
};

const fold = (path, verb, operation) => {
  const lock = operation.security.length ? ` · ${Object.keys(operation.security[0])[0]}` : "";
  return node("details", {},
    node("summary", {},
      node("span", { className: "verb", textContent: verb.toUpperCase() }),
      node("code", { textContent: path }),
      node("span", { className: "muted", textContent: ` — ${operation.summary}${lock}` })),
    node("pre", { textContent: JSON.stringify({
      parameters: operation.parameters, requestBody: operation.requestBody, responses: operation.responses,
    }, null, 2) }));
};

const spec = await (await fetch("/openapi.json")).json();
const groups = {};
for (const [path, verbs] of Object.entries(spec.paths))
  for (const [verb, operation] of Object.entries(verbs))
    (groups[operation.tags[0]] ??= []).push(fold(path, verb, operation));
document.getElementById("main").replaceChildren(
  ...Object.entries(groups).flatMap(([tag, folds]) => [node("h2", { textContent: tag }), ...folds]));
