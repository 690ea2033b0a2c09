/**
 * What the page costs with a hundred thousand events: `npm run budget`, on a machine that does
 * nothing else. It prints a table, and writes it where `PAGE` says.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serve, type Served } from "../browser/serve";

const ROUNDS = 730;
const STATIC = join(import.meta.dirname, "../../../orchestrator/static");

interface Line {
  what: string;
  aim: string;
  found: string;
  held: boolean;
}

let served: Served;
let run = "";
let events = 0;
const lines: Line[] = [];

const quantile = (values: readonly number[], share: number) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
const tell = (what: string, aim: string, found: string, held: boolean) => lines.push({ what, aim, found, held });

/** What the browser itself measures: paints, long tasks, and how long after a key the screen had changed. */
const WATCH = `
  window.told = { tasks: [], keys: [] };
  new PerformanceObserver((list) => list.getEntries().forEach((e) => window.told.tasks.push(e.duration))).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((e) => e.name === "keydown" && window.told.keys.push(e.duration))).observe({ type: "event", durationThreshold: 16, buffered: true });
`;

interface Told {
  tasks: number[];
  keys: number[];
}

const told = (page: Page): Promise<Told> => page.evaluate(() => (globalThis as unknown as { told: Told }).told);
const forget = (page: Page) => page.evaluate(() => void ((globalThis as unknown as { told: Told }).told = { tasks: [], keys: [] }));

async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = (await cdp.send("Runtime.getHeapUsage")) as { usedSize: number };
  return usedSize / 1e6;
}

beforeAll(async () => {
  served = await serve();
  run = served.play("just_in_case", "--no-reference", "--set", `world.rounds=${ROUNDS}`, "--set", "world.resources.money.start=9_000_000");
  events = ((await (await fetch(`${served.address}/v1/runs/${run}`)).json()) as { events: number }).events;
});

afterAll(async () => {
  await served?.end();
  const page = ["# What the page costs", "", `Printed by \`npm run budget\` in \`web/\`: one run of ${events.toLocaleString("en-US")} events, 20 workers, ${ROUNDS} rounds, in a real Chromium without a GPU.`, "", "| what | aim | measured | |", "| --- | --- | --- | --- |", ...lines.map((each) => `| ${each.what} | ${each.aim} | ${each.found} | ${each.held ? "held" : "**did not hold**"} |`), ""].join("\n");
  console.log(page);
  if (process.env.PAGE) writeFileSync(process.env.PAGE, page);
});

it("a run of a hundred thousand events", async () => {
  const page = await served.browser.newPage({ viewport: { width: 1440, height: 900 } });
  const cdp = await page.context().newCDPSession(page);
  await page.addInitScript(WATCH);
  const scripts: string[] = [];
  page.on("request", (request) => request.url().endsWith(".js") && scripts.push(new URL(request.url()).pathname.replace("/static/", "")));
  const begun = performance.now();
  await page.goto(`${served.address}/runs/${run}`, { waitUntil: "domcontentloaded" });
  await page.getByText(`At the end of round ${ROUNDS}`).waitFor();
  const usable = performance.now() - begun;
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN);
  const size = scripts.reduce((all, name) => all + gzipSync(readFileSync(join(STATIC, name))).length, 0) / 1000;
  tell("script before first paint, gzip", "150 kB", `${size.toFixed(0)} kB`, size <= 150);
  tell("first paint of a run", "1 s", `${(paint / 1000).toFixed(2)} s`, paint <= 1000);
  tell("usable: every event read, folded and drawn", "2 s", `${(usable / 1000).toFixed(2)} s`, usable <= 2000);
  const loading = await told(page);
  tell("longest task while it is read", "50 ms", `${Math.max(0, ...loading.tasks).toFixed(0)} ms`, Math.max(0, ...loading.tasks) <= 50);
  await page.waitForTimeout(1000);
  await forget(page);
  for (let step = 0; step < 100; step++) await page.keyboard.press(step % 10 === 9 ? "Shift+ArrowLeft" : "ArrowLeft");
  await page.waitForTimeout(500);
  const scrubbed = await told(page);
  // Shorter ones than 16 ms are not told one by one; they count as that.
  const keys = [...scrubbed.keys, ...Array<number>(Math.max(0, 100 - scrubbed.keys.length)).fill(16)];
  tell("key to screen while scrubbing, p95 of 100", "50 ms", `${quantile(keys, 0.95).toFixed(0)} ms`, quantile(keys, 0.95) <= 50);
  tell("longest task while scrubbing", "50 ms", `${Math.max(0, ...scrubbed.tasks).toFixed(0)} ms`, Math.max(0, ...scrubbed.tasks) <= 50);
  const used = await heap(cdp);
  tell("heap", "150 MB", `${used.toFixed(0)} MB`, used <= 150);
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  tell("nodes of the document", "2,500", nodes.toLocaleString("en-US"), nodes <= 2500);
  await page.close();
  expect(lines.length).toBeGreaterThan(6);
});

it("a run that goes on", async () => {
  const answer = await fetch(`${served.address}/v1/runs`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ scenario: "just_in_case", set: ["world.rounds=200"], rounds_per_second: 20, references: false }) });
  const going = ((await answer.json()) as { run: string }).run;
  const page = await served.browser.newPage({ viewport: { width: 1440, height: 900 } });
  const cdp = await page.context().newCDPSession(page);
  await page.addInitScript(WATCH);
  await page.goto(`${served.address}/runs/${going}`, { waitUntil: "domcontentloaded" });
  const at = async () => Number((await page.locator(".moment h2").innerText()).replace(/\D/g, ""));
  await expect.poll(at, { timeout: 30_000 }).toBeGreaterThanOrEqual(40);
  const before = await heap(cdp);
  await forget(page);
  await page.getByText("At the end of round 200", { exact: true }).waitFor();
  const followed = await told(page);
  tell("longest task while following 20 rounds a second", "50 ms", `${Math.max(0, ...followed.tasks).toFixed(0)} ms`, Math.max(0, ...followed.tasks) <= 50);
  const after = await heap(cdp);
  tell("heap after 160 more rounds", "150 MB", `${before.toFixed(0)} MB, then ${after.toFixed(0)} MB`, after <= 150);
  await page.close();
  expect(followed.tasks.length).toBeGreaterThanOrEqual(0);
});
