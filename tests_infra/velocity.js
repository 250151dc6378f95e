// Renders a mapping template as API Gateway does, once for each request.
// Standard input: {"template": text, "requests": [{header: value, ...}, ...]}; standard output: a
// list of {"body": text, "headers": {header: value, ...}}, the latter those that it overrides.
// $input and $context are modelled after
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
const fs = require("node:fs");
const { render } = require("velocityjs");

const map = (values) => ({ ...values, get: (name) => values[name] });

function answer(template, headers) {
  const all = map({ path: map({}), querystring: map({}), header: map(headers) });
  const input = { params: (name) => (name === undefined ? all : headers[name] ?? "") };
  const context = { responseOverride: { header: {} } };
  const body = render(template, { input, context });
  return { body, headers: context.responseOverride.header };
}

const { template, requests } = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(requests.map((headers) => answer(template, headers))));
