// Uses the page as a person would: node page.mjs URL LOGIN PASSWORD
// SCREENSHOT=path.png saves a picture of the answer; SCHEME=dark and SIZE=390x844 change how it looks.
// CHROMIUM names the browser when it is not /usr/bin/chromium.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [url, login, password] = process.argv.slice(2);
if (!password) {
  console.error("Usage: node page.mjs URL LOGIN PASSWORD");
  process.exit(2);
}
const { SCREENSHOT, SCHEME = "light", SIZE = "1440x900", CHROMIUM = "/usr/bin/chromium" } = process.env;
const [width, height] = SIZE.split("x").map(Number);

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const page = await browser.newPage({ viewport: { width, height }, colorScheme: SCHEME });
page.setDefaultTimeout(20_000);

const complaints = [];
const foreignRequests = [];
const home = new URL(url).host;
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(error.message));
page.on("request", (request) => noteForeign(request.url()));
page.on("websocket", (socket) => noteForeign(socket.url()));

function noteForeign(address) {
  const { host, protocol } = new URL(address);
  if (protocol !== "data:" && protocol !== "blob:" && host !== home) foreignRequests.push(address);
}

const response = page.locator(".graphiql-response .view-lines");

/** Opens an example and waits until the editor shows it. */
async function openExample(name) {
  const examples = page.getByRole("region", { name: "Examples" });
  if (!(await examples.isVisible())) await page.getByRole("button", { name: "Show Examples" }).click();
  await examples.locator(`button[data-operation="${name}"]`).click();
  await page.getByRole("tab", { name }).waitFor();
  await page.locator(".graphiql-query-editor .view-lines", { hasText: name }).waitFor();
}

async function run() {
  await page.getByRole("button", { name: /^Execute query/ }).click();
}

async function signInAs(name, secret) {
  await page.getByLabel("Username").fill(name);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const steps = {
  "the page opens with the schema": async () => {
    await page.goto(url);
    await page.locator(".graphiql-query-editor .view-lines", { hasText: "viewer" }).waitFor();
    await page.getByRole("button", { name: /^Re-fetch GraphQL schema/ }).and(page.locator(":enabled")).waitFor();
  },
  "a wrong password is refused in words": async () => {
    await signInAs(login, `${password}-wrong`);
    const form = page.getByRole("form", { name: "Sign in" });
    await form.getByRole("alert").filter({ hasText: /\w+ \w+/ }).waitFor();
  },
  "the right password signs in": async () => {
    await signInAs(login, password);
    await page.getByText(`Signed in as ${login}`).waitFor();
  },
  "an example runs and shows its result": async () => {
    await openExample("Downline");
    await run();
    await response.filter({ hasText: '"partner"' }).waitFor();
    assert.doesNotMatch(await response.innerText(), /"errors"/);
    if (SCREENSHOT) await page.screenshot({ path: SCREENSHOT });
  },
  "a subscription is accepted and can be stopped": async () => {
    await openExample("PartnerJoined");
    const opened = page.waitForEvent("websocket").then((socket) => ({
      subscribed: socket.waitForEvent("framesent", ({ payload }) => payload.includes('"subscribe"')),
      closed: socket.waitForEvent("close"),
    }));
    await run();
    const { subscribed, closed } = await opened;
    await subscribed;
    await page.getByRole("button", { name: /^Stop query/ }).click();
    await closed;
    assert.doesNotMatch(await response.innerText(), /"errors"|refused/);
  },
  "a reload keeps the session": async () => {
    await page.reload();
    await page.getByText(`Signed in as ${login}`).waitFor();
  },
  "signing out brings the form back": async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Username").waitFor();
  },
  "nothing was asked of any other host": async () => assert.deepEqual(foreignRequests, []),
  "the console stayed free of errors": async () => assert.deepEqual(complaints, []),
};

try {
  for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(`ok   ${name}`);
  }
} catch (error) {
  console.error(`FAIL ${error.stack}`);
  if (complaints.length > 0) console.error(`The console said:\n  ${complaints.join("\n  ")}`);
  if (SCREENSHOT) await page.screenshot({ path: SCREENSHOT });
  process.exitCode = 1;
} finally {
  await browser.close();
}
