import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve, type Served } from "./serve";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SMALL = ["--set", "world.rounds=60"];

let served: Served;
let fleet = "";
let hostile = "";
let study = "";
let parked = "";
const heard: string[] = [];

async function open(path: string, theme: "light" | "dark" = "light"): Promise<Page> {
  const page = await served.browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: theme });
  page.on("console", (message) => message.type() === "error" && heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    heard.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => !request.url().startsWith(served.address) && !request.url().startsWith("data:") && heard.push(`outside: ${request.url()}`));
  await page.goto(served.address + path, { waitUntil: "domcontentloaded" });
  return page;
}

beforeAll(async () => {
  served = await serve();
  fleet = served.play("just_in_case", "--seed", "7", ...SMALL);
  study = (await post<{ study: string }>("/v1/studies", { kind: "eval", scenario: "just_in_case", repeats: 2, set: ["world.rounds=24"], at_once: 2 })).study;
  parked = (await post<{ run: string }>("/v1/runs", { scenario: "held_purchases", set: ["controls.0.hold.parks=true", "world.rounds=60"], references: false })).run;
  hostile = served.play("all_honest", "--no-reference", "--set", "world.rounds=6", "--set", "chain.life=3", "--set", 'workers=[{policy: "hostile:Hostile", count: 2}]');
});

afterAll(async () => {
  await served?.end();
});

describe("the page", () => {
  it("lists the runs, and opens one by key", async () => {
    const page = await open("/");
    await page.getByRole("row").filter({ hasText: fleet }).getByText("▲ over_need").waitFor();
    expect(await page.getByRole("grid", { name: "Runs" }).getAttribute("aria-rowcount")).toBe("3");
    await page.getByLabel("Filter runs").fill("scenario:just");
    await page.getByText("1 runs").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/runs/${fleet}`);
    await page.close();
  });

  it("shows a run at any round, and every state is a link", async () => {
    const page = await open(`/runs/${fleet}`);
    await page.getByText("At the end of round 60").waitFor();
    await page.keyboard.press("Home");
    await page.getByText("At the end of round 1", { exact: true }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("]");
    await page.getByText("At the end of round 8", { exact: true }).waitFor();
    await page.keyboard.press("w");
    await page.keyboard.press("j");
    const link = page.url();
    expect(link).toMatch(/at=8&w=w01&e=\d+$/);
    const other = await open(link.slice(served.address.length));
    await other.getByText("At the end of round 8", { exact: true }).waitFor();
    await other.locator(".detail h2").waitFor();
    expect(await other.locator(".detail").innerText()).toBe(await page.locator(".detail").innerText());
    await page.goBack();
    await other.close();
    await page.close();
  });

  it("tells the figures that the service tells", async () => {
    const told = (await (await fetch(`${served.address}/v1/runs/${fleet}/rounds`)).json()) as { acquired: number[]; excess: number[] };
    const page = await open(`/runs/${fleet}?at=20`);
    await page.getByText("At the end of round 20").waitFor();
    const figures = await page.locator(".moment dd").allInnerTexts();
    const excess = Math.round(told.excess[19]!);
    expect(figures[0]).toBe(`${told.acquired[19]!.toLocaleString("en-US")} gpu_h`);
    expect(figures[2]).toBe(`${excess > 0 ? "+" : "−"}${Math.abs(excess).toLocaleString("en-US")} gpu_h`);
    await page.close();
  });

  it("leads from an alarm down to the events it rests on", async () => {
    const page = await open("/alarms");
    await page.getByRole("link", { name: /over_need, fleet/ }).first().click();
    await page.getByRole("heading", { name: /over_need, fleet/ }).waitFor();
    await page.getByText("Who it rests on").waitFor();
    const shares = await page.locator(".shares .num:not(.dim)").allInnerTexts();
    const sum = shares.reduce((total, share) => total + Number(share.replace("−", "-").replace("%", "")), 0);
    expect(Math.abs(sum - 100)).toBeLessThanOrEqual(shares.length / 2 + 1);
    await page.locator(".chain li a").nth(1).click();
    await page.locator(".detail h2").waitFor();
    expect(page.url()).toContain(`/runs/${fleet}?at=`);
    await page.close();
  });

  it("shows hostile text as text, whole, and lets it do nothing", async () => {
    const page = await open(`/runs/${hostile}?q=wrote`);
    await page.getByText("At the end of round 6").waitFor();
    await page.getByRole("grid", { name: "Events" }).getByRole("row").filter({ hasText: "plan" }).first().click();
    await page.locator(".said").filter({ hasText: "<script>alert(1)</script>" }).first().waitFor();
    expect(await page.locator(".said").first().innerText()).toContain("\\u202e");
    await page.goto(`${served.address}/runs/${hostile}?e=7`);
    await page.locator(".detail h2").waitFor();
    expect(await page.locator("script").count()).toBe(1);
    expect(await page.locator("main img, main b[onclick]").count()).toBe(0);
    await page.close();
  });

  it("follows a run while it goes on", async () => {
    const begun = await fetch(`${served.address}/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ scenario: "all_honest", set: ["world.rounds=40"], rounds_per_second: 20, references: false }),
    });
    const { run } = (await begun.json()) as { run: string };
    const page = await open(`/runs/${run}`);
    await page.getByText("At the end of round 40").waitFor();
    await page.getByText("done", { exact: true }).waitFor();
    await page.close();
  });

  it("takes an answer back before it is sent, and sends one that stands", async () => {
    const page = await open("/approvals");
    await page.getByText("1 call waits in 1 run").waitFor();
    await page.getByText("The run stands still until you answer.").waitFor();
    await page.keyboard.press("n");
    await page.getByText("no call waits for you").waitFor();
    await page.keyboard.press("u");
    await page.getByText("1 call waits in 1 run").waitFor();
    const held = async () => ((await (await fetch(`${served.address}/v1/runs/${parked}/approvals?is_open=false`)).json()) as { items: { state: string; sent: string | null }[] }).items;
    expect((await held())[0]).toMatchObject({ state: "held", sent: null });
    await page.getByRole("link", { name: /reserve/ }).first().click();
    await page.keyboard.press("y");
    await page.getByText("sent", { exact: true }).waitFor();
    await expect.poll(async () => (await held())[0]!.state).toBe("approved");
    await page.close();
  });

  it("compares runs that are chosen, and reads a judgement aloud", async () => {
    const page = await open("/runs");
    await page.getByRole("row").filter({ hasText: fleet }).waitFor();
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByText("2 chosen").waitFor();
    await page.keyboard.press("c");
    await page.waitForURL("**/compare?runs=*");
    await page.locator("table").getByText("first alarm").waitFor();
    await page.goto(`${served.address}/compare?study=${study}`);
    await page.getByText("How to read this").waitFor({ timeout: 60_000 });
    await page.getByText("Withheld: what is caught at 1% false alarms takes 300 honest runs").waitFor();
    await page.close();
  });

  it("shows who read what, the books and the notes at one round", async () => {
    const page = await open(`/runs/${fleet}?at=30`);
    await page.getByText("At the end of round 30").waitFor();
    await page.keyboard.press("g");
    await page.getByRole("heading", { name: "Rounds 25 to 30" }).waitFor();
    await page.keyboard.press(".");
    await page.getByText("Do readers behave differently?").waitFor();
    await page.keyboard.press("b");
    await page.getByText("Accounts at the end of round 30").waitFor();
    const books = (await (await fetch(`${served.address}/v1/runs/${fleet}/ledger?at=30`)).json()) as { accounts: { owner: string; resource: string; balance: number }[] };
    const project = books.accounts.find((each) => each.owner === "project" && each.resource === "money")!;
    expect(await page.locator("tr").filter({ hasText: "project" }).innerText()).toContain((project.balance / 100).toLocaleString("en-US", { minimumFractionDigits: 2 }));
    await page.keyboard.press("m");
    await page.waitForURL(`**/runs/${fleet}/notes?at=30`);
    await page.getByText("Who read it").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("approvals");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/approvals*");
    await page.close();
  });

  it("says what is not there", async () => {
    const page = await open("/runs/r_none");
    await page.getByRole("alert").getByText("there is no run").waitFor();
    heard.splice(0, heard.length, ...heard.filter((each) => !each.includes("404")));
    await page.close();
  });

  for (const theme of ["light", "dark"] as const) {
    it(`can be used by everyone, in ${theme}`, async () => {
      for (const path of ["/runs", `/runs/${fleet}?at=30&w=w03&e=9`, "/alarms", await firstAlarm(), ...(await others())]) {
        const page = await open(path, theme);
        await page.waitForTimeout(700);
        await page.evaluate(AXE);
        const found = await page.evaluate(async () => {
          const axe = (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe;
          const { violations } = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] });
          return violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(" | ")}`);
        });
        expect(found, path).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
        await page.close();
      }
    });
  }

  it("has raised no error, no dialog, and asked nobody else", () => {
    expect(heard).toEqual([]);
  });
});

/** The other screens, each with something to show. */
async function others(): Promise<string[]> {
  return ["/approvals", ...(await heldCall()), "/scenarios", "/scenarios/just_in_case", "/compare", `/compare?runs=${fleet},${hostile}`, `/compare?study=${study}`, `/runs/${fleet}/graph?at=30&n=agent/w03`, `/runs/${fleet}/ledger?at=30`, `/runs/${fleet}/notes/n_001?at=30`];
}

async function heldCall(): Promise<string[]> {
  const { items } = (await (await fetch(`${served.address}/v1/approvals`)).json()) as { items: { run: string; call: string }[] };
  return items.slice(0, 1).map((each) => `/approvals/${each.run}/${encodeURIComponent(each.call)}`);
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const answer = await fetch(served.address + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return (await answer.json()) as T;
}

async function firstAlarm(): Promise<string> {
  const page = (await (await fetch(`${served.address}/v1/runs/${fleet}/alarms`)).json()) as { items: { number: number }[] };
  return `/runs/${fleet}/alarms/${page.items[0]!.number}`;
}
