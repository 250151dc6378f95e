const stage = await (await fetch("stage")).json();
const element = (id) => document.getElementById(id);
let etag = null;

const PROVOKED = [
  ["400", "an invalid id", () => ask("/user/not.an.id")],
  ["400", "no id (refused by the gateway)", () => ask("/user")],
  ["404", "an unknown user", () => ask("/user/nobody")],
  ["404", "an unknown route", () => ask("/users")],
  ["304", "unchanged since the last answer", askAgain],
  ["429", "over the rate limit", askTooOften],
  ["500", "access to the table denied", askWithoutPermission],
];
const ANSWERED_BY = {
  gateway: "The gateway answered: the function did not run, so it wrote no line.",
  nobody: "There is no line with this request id.",
};

async function ask(path, headers = {}) {
  const started = performance.now();
  try {
    const answer = await fetch(stage.api + path, { headers, cache: "no-store" });
    await present(path, headers, answer, await answer.text(), performance.now() - started);
  } catch (error) {
    show(path, headers, { status: "refused", body: String(error), headers: [] });
  }
}

/** Show an answer, then the line that its request wrote. */
async function present(path, headers, answer, body, took) {
  etag = answer.headers.get("etag") ?? etag;
  show(path, headers, { status: answer.status, body, headers: [...answer.headers] });
  const byFunction = answer.status === 304 || body.includes('"timestamp"');
  const id = answer.headers.get("x-request-id");
  const line = byFunction && id ? (await (await fetch(`log/${encodeURIComponent(id)}`)).json()).line : null;
  element("log").textContent = line ? indented(line) : ANSWERED_BY[byFunction ? "nobody" : "gateway"];
  showTiming(took, line ? JSON.parse(line) : {});
}

async function askAgain() {
  if (!etag) await ask("/user/ada");
  const path = element("request").textContent.replace("GET ", "");
  await ask(path.startsWith("/user/") ? path : "/user/ada", { "If-None-Match": etag });
}

/** Send requests side by side until one is refused: the gateway counts also what it answers itself. */
async function askTooOften() {
  const started = performance.now();
  let sent = 0, refused = null, answered = null;
  const send = async () => {
    while (!refused && performance.now() - started < 8000) {
      sent += 1;
      const asked = performance.now();
      const answer = await fetch(`${stage.api}/user`, { cache: "no-store" });
      answered = [answer, await answer.text(), performance.now() - asked];
      if (answer.status === 429) refused ??= answered;
    }
  };
  await Promise.all(Array.from({ length: 12 }, send));
  await present("/user", {}, ...(refused ?? answered));
  explain(refused ? `The limit was reached after ${sent} requests.`
    : `${sent} requests in 8 seconds did not reach the limit: this machine is too busy.`);
}

async function askWithoutPermission() {
  await fetch("table/deny", { method: "POST" });
  try {
    await ask("/user/ada");
    explain("IAM denied the function access to its table for this request. Now access is allowed again.");
  } finally {
    await fetch("table/allow", { method: "POST" });
  }
}

function show(path, headers, answer) {
  element("answer").hidden = false;
  element("status").textContent = answer.status;
  element("status").className = answer.status < 400 ? "good" : answer.status < 500 ? "bad" : "failed";
  element("request").textContent = `GET ${path}`;
  element("body").textContent = answer.body ? indented(answer.body) : "(empty)";
  element("headers").replaceChildren(...answer.headers.map(row));
  element("log").textContent = "";
  element("timing").replaceChildren();
  explain("");
  const sent = Object.entries(headers).map(([name, value]) => ` -H '${name}: ${value}'`).join("");
  element("curl").textContent = `curl -i --cacert ${stage.ca}${sent} ${stage.url}${path}`;
}

function explain(text) {
  element("explained").textContent = text;
}

function showTiming(took, { durationMs, tableMs }) {
  const parts = [[`${took.toFixed(0)} ms in the browser`, took], ["in the function", durationMs], ["for the table", tableMs]];
  element("timing").replaceChildren(...parts.filter(([, ms]) => ms !== undefined).flatMap(([text, ms], index) => {
    const bar = node("div", { className: "bar" }, node("i"));
    bar.firstChild.style.width = `${Math.min(100, (100 * ms) / took)}%`;
    return [node("span", {}, index ? `${ms} ms ${text}` : text), bar];
  }));
}

/** Indent JSON without reading its numbers, which may have more digits than JavaScript keeps. */
function indented(text) {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return (text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g) ?? []).reduce((done, token) => {
    if ("{[".includes(token)) return done + token + (depth += 1, line());
    if ("}]".includes(token)) return done.trimEnd() + (depth -= 1, /[{[]$/.test(done.trimEnd()) ? "" : line()) + token;
    return done + (token === "," ? token + line() : token === ":" ? ": " : token);
  }, "");
}

function node(name, properties = {}, ...children) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

const row = ([name, value]) => node("tr", {}, node("td", {}, name), node("td", {}, value));

function button(action, ...content) {
  const created = node("button", { type: "button" }, ...content);
  created.addEventListener("click", () => clicked(action));
  return created;
}

/** Do one thing at a time: no button works until it is done. */
async function alone(action) {
  const busy = (is) => {
    document.querySelector("main").ariaBusy = is;
    document.querySelectorAll("button").forEach((each) => { each.disabled = is; });
  };
  busy(true);
  try {
    await action();
  } finally {
    busy(false);
  }
}

/** On a narrow screen the answer is below what was clicked. */
async function clicked(action) {
  await alone(action);
  element("status").scrollIntoView({ block: "nearest" });
}

element("stage").textContent = `stage ${stage.stage}`;
element("api").textContent = stage.api;
element("users").append(...stage.users.map((id) => button(() => {
  element("user").value = id;
  return ask(`/user/${id}`);
}, id)));
element("errors").append(...PROVOKED.map(([status, text, action]) => button(action, node("b", {}, status), text)));
element("lookup").addEventListener("submit", (event) => {
  event.preventDefault();
  clicked(() => ask(`/user/${encodeURIComponent(element("user").value)}`));
});
await alone(() => ask("/user/ada"));
