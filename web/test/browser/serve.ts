/** A real service over runs of its own, and a real browser in front of it. */

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium, type Browser } from "playwright-core";

const ROOT = resolve(import.meta.dirname, "../../..");
const COMMAND = process.env.SUPERORGANISM ?? join(ROOT, ".venv/bin/superorganism");
const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export interface Served {
  address: string;
  browser: Browser;
  play(...words: string[]): string;
  end(): Promise<void>;
}

export async function serve(): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  const env = { ...process.env, SUPERORGANISM_STORE: join(folder, "journal.db"), PYTHONPATH: [import.meta.dirname, ROOT].join(":") };
  const play = (...words: string[]): string => {
    const said = execFileSync(COMMAND, ["run", ...words, "--json"], { env, cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    return (JSON.parse(said.toString()) as { run: string }).run;
  };
  const path = BROWSERS.find((each) => each && existsSync(each));
  if (!path) throw new Error("no Chromium here: apt-get install chromium, or name one in CHROMIUM");
  const server = spawn(COMMAND, ["serve", "--port", "0"], { env, cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const address = await addressOf(server);
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const browser = await chromium.launch({ executablePath: path, args: quiet });
  return {
    address,
    browser,
    play,
    end: async () => {
      await browser.close();
      server.kill("SIGINT");
      await new Promise((over) => server.once("exit", over));
      rmSync(folder, { recursive: true });
    },
  };
}

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((found, fail) => {
    let said = "";
    server.stdout!.on("data", (part: Buffer) => {
      said += part.toString();
      const address = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
      if (address) found(address);
    });
    server.once("exit", () => fail(new Error(`the service did not start: ${said}`)));
  });
}
