/** A newcomer's first ten minutes, as the README tells them: from an empty store to the run's data. */

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve, type Served } from "./serve";

let served: Served;
let page: Page;
const heard: string[] = [];

beforeAll(async () => {
  served = await serve();
  page = await served.browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  page.setDefaultTimeout(20_000);
  // A text that is being written is refused while it is wrong; the browser tells of every refusal.
  page.on("console", (message) => message.type() === "error" && !message.text().includes("422") && heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("request", (request) => !request.url().startsWith(served.address) && !/^(data|blob):/.test(request.url()) && heard.push(`outside: ${request.url()}`));
  await page.goto(served.address, { waitUntil: "domcontentloaded" });
});

afterAll(async () => {
  await served?.end();
});

const text = () => page.locator(".editing .cm-content");

describe("the first ten minutes", () => {
  it("opens a scenario from an empty store", async () => {
    await page.getByText("No runs in this store yet").waitFor();
    await page.getByRole("link", { name: "Scenarios" }).click();
    await page.getByRole("link", { name: /^just_in_case/ }).click();
    await page.getByText("need = 119.3 gpu_h a round for each worker").waitFor();
    await page.getByText("as it comes with the program").waitFor();
  });

  it("tells a mistake under the cursor, and mends it by key", async () => {
    const line = page.locator(".cm-line").filter({ hasText: "over_reserve: 5%" });
    await line.click();
    await page.keyboard.press("Home");
    const before = (await line.innerText()).indexOf("over_reserve") + "over_res".length;
    for (let step = 0; step < before; step++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Backspace");
    await page.getByText("1 problem", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: /^Run/ }).isDisabled()).toBe(true);
    await page.keyboard.press("Control+.");
    await page.getByText("0 problems", { exact: true }).waitFor();
    expect(await text().innerText()).toContain("over_reserve: 5%");
  });

  it("completes what is begun", async () => {
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("instr");
    await page.locator(".cm-tooltip-autocomplete").getByText("instruction").waitFor();
    // Enter takes an offer only once it has stood for a moment, lest it be taken unseen.
    await page.waitForTimeout(200);
    await page.keyboard.press("Enter");
    await page.keyboard.type("clear");
    await page.getByText("0 problems", { exact: true }).waitFor();
    await page.getByText("edited, kept in this browser").waitFor();
    expect(await text().innerText()).toContain("instruction: clear");
  });

  it("runs it slowly enough to watch, and hears the alarm", async () => {
    await page.getByLabel("How fast it is played").selectOption("20");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL("**/runs/*");
    await page.getByRole("link", { name: /Alarms .*new/ }).waitFor();
    await page.getByRole("link", { name: /Alarms/ }).click();
  });

  it("opens the alarm and its evidence", async () => {
    await page.getByRole("link", { name: /over_need, fleet/ }).first().click();
    await page.getByRole("heading", { name: /over_need, fleet/ }).waitFor();
    await page.getByText("Who it rests on").waitFor();
    expect(await page.locator(".chain li").count()).toBeGreaterThan(1);
    await page.keyboard.press("a");
    await page.getByText("acknowledged by owner").waitFor();
    await page.keyboard.press("t");
    await page.waitForURL("**/runs/*?at=*");
    await page.keyboard.press("l");
  });

  it("stops the worker that holds most, and the log says so", async () => {
    await page.keyboard.press("o");
    await page.keyboard.press("o");
    await page.getByRole("button", { name: /most held first/ }).waitFor();
    const most = await page.locator(".lanes .label .strong").first().innerText();
    await page.locator(".lanes .label").first().click();
    await page.keyboard.press("s");
    const dialog = page.getByRole("dialog", { name: `Stop worker ${most.trim()}?` });
    await dialog.waitFor();
    expect(await dialog.getByRole("button", { name: /Keep it running/ }).evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press("Control+Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByLabel("Filter events").fill("stop");
    await page.keyboard.press("Enter");
    await page.getByRole("grid", { name: "Events" }).getByText(`stop ${most.trim()}, by a person`).waitFor();
  });

  it("takes the run's data along", async () => {
    await page.getByRole("button", { name: "Export…" }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /^events.jsonl/ }).click()]);
    const lines = readFileSync(await file.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { seq: number; kind: string });
    expect(lines[0]!.kind).toBe("run_started");
    expect(lines.map((each) => each.seq)).toEqual(lines.map((_, index) => index + 1));
    expect(lines.some((each) => each.kind === "ruled")).toBe(true);
  });

  it("has raised no error, and asked nobody else", () => {
    expect(heard).toEqual([]);
  });
});
