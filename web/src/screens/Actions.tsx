/** What can be done to a run, as it is now: pause it, stop a worker or the fleet, fork it, take its data along. */

import { useEffect, useRef, useState } from "react";
import { download, get, once, send, type Artifacts, type Run, type RunInFull, type Sent } from "../api/client";
import { Ask } from "../app/Ask";
import type { Key } from "../app/keys";
import { go } from "../app/place";
import { runPlace, type RunPlace } from "../app/route";
import type { Live } from "../run/live";
import { amount, whole } from "../run/words";

type Asking = "worker" | "fleet" | "fork" | null;

export interface Actions {
  keys: Key[];
  ask: (what: Asking) => void;
  asking: Asking;
  pause: () => void;
  resume: () => void;
  /** What was done last, or why it was not. */
  told: string;
  isFault: boolean;
  state: State;
}

export type State = "reading" | "running" | "paused" | "interrupted" | "done" | "failed" | "cancelled";

/** How a run stands, in the words of this page: one that nobody plays is paused, or has lost its process. */
export function stateOf(record: Run | RunInFull | null): State {
  if (!record) return "reading";
  if (record.status === "interrupted") return "paused";
  return record.status === "running" && !record.is_live ? "interrupted" : record.status;
}

export function useActions(live: Live, place: RunPlace, record: RunInFull | null): Actions {
  const [asking, ask] = useState<Asking>(null);
  const [told, say] = useState<[string, boolean]>(["", false]);
  const state = stateOf(record);
  const path = `/v1/runs/${encodeURIComponent(place.run)}`;
  const change = (what: "pause" | "resume", done: string) => {
    send<Run>("POST", `${path}/${what}`, {}).then(
      (run) => {
        live.record.set({ ...live.record.get()!, ...run });
        say([done, false]);
      },
      (error: unknown) => say([(error as Error).message, true]),
    );
  };
  useEffect(() => {
    if (!told[0]) return;
    const timer = setTimeout(() => say(["", false]), 6000);
    return () => clearTimeout(timer);
  }, [told]);
  const pause = () => change("pause", "paused: the run and its world's clock stand; nothing is lost");
  const resume = () => change("resume", "resumed, from its last commit");
  const isOpen = state === "running" || state === "paused" || state === "interrupted";
  const keys: Key[] = [];
  if (state === "running") keys.push({ key: "p", label: "pause this run", does: pause, quiet: true });
  if (state === "paused" || state === "interrupted") keys.push({ key: "p", label: "resume this run", does: resume, quiet: true });
  if (isOpen && place.worker) keys.push({ key: "s", label: `stop worker ${place.worker}`, does: () => ask("worker"), quiet: true });
  if (isOpen) keys.push({ key: "Shift s", label: "stop the fleet", does: () => ask("fleet"), quiet: true });
  keys.push({ key: "Shift f", label: "fork this run", does: () => ask("fork"), quiet: true });
  return { keys, ask, asking, pause, resume, told: told[0], isFault: told[1], state };
}

export function ActionBar({ actions, place, live, isOffline }: { actions: Actions; place: RunPlace; live: Live; isOffline: boolean }) {
  const { state } = actions;
  const isOpen = state === "running" || state === "paused" || state === "interrupted";
  const now = `${place.at === null ? "" : "acts on the run as it is now, "}at its present round ${whole(live.model.round)}`;
  return (
    <fieldset className="actions" disabled={isOffline} aria-label="What can be done to this run">
      {state === "running" && (
        <button className="button" onClick={actions.pause} title={`Pause the run ${now}`}>
          Pause run<kbd>p</kbd>
        </button>
      )}
      {(state === "paused" || state === "interrupted") && (
        <button className="button" onClick={actions.resume}>
          Resume run<kbd>p</kbd>
        </button>
      )}
      {isOpen && place.worker && (
        <button className="button" onClick={() => actions.ask("worker")} title={`Stops ${place.worker} ${now}`}>
          ■ Stop worker {place.worker}…<kbd>s</kbd>
        </button>
      )}
      {isOpen && (
        <button className="button" onClick={() => actions.ask("fleet")} title={`Stops the fleet ${now}`}>
          ■ Stop fleet…<kbd>Shift S</kbd>
        </button>
      )}
      <button className="button" onClick={() => actions.ask("fork")}>
        Fork…<kbd>Shift F</kbd>
      </button>
      <Export run={place.run} />
    </fieldset>
  );
}

/** The question that was asked, if one was. */
export function Question({ actions, live, place, at }: { actions: Actions; live: Live; place: RunPlace; at: number }) {
  const close = () => actions.ask(null);
  switch (actions.asking) {
    case "worker":
      return place.worker ? <StopWorker live={live} run={place.run} worker={place.worker} close={close} /> : null;
    case "fleet":
      return <StopFleet live={live} run={place.run} close={close} />;
    case "fork":
      return <Fork live={live} run={place.run} at={at} close={close} />;
    default:
      return null;
  }
}

function useStop(run: string, to: string): () => Promise<void> {
  // One question is one stop, however often its button is pressed.
  const key = useRef(once());
  return async () => {
    await send<Sent>("POST", `/v1/runs/${encodeURIComponent(run)}/stops`, { to }, key.current);
  };
}

function StopWorker({ live, run, worker, close }: { live: Live; run: string; worker: string; close: () => void }) {
  const { model } = live;
  const act = useStop(run, worker);
  const found = model.worker(worker);
  const agent = found?.lives.at(-1)?.agent ?? worker;
  const held = found?.held.at(model.round) ?? 0;
  return (
    <Ask
      title={`Stop worker ${worker}?`}
      does={`■ Stop ${worker}`}
      keeps="Keep it running"
      rows={[
        ["can be undone", "no: its line ends for good; a fork from before goes on without the stop"],
        ["in the log", "one event, at the end of the round that is being played"],
        ["the agent learns", "nothing: it is not told why"],
      ]}
      act={act}
      close={close}
    >
      Its agent <span className="mono">{agent}</span> ends and its line starts no other. It held{" "}
      <b className="strong">
        {whole(held)} {model.unit}
      </b>{" "}
      at the end of round {whole(model.round)}; they stay on its account. The {whole(Math.max(0, model.workers.length - 1))} other workers go on.
    </Ask>
  );
}

function StopFleet({ live, run, close }: { live: Live; run: string; close: () => void }) {
  const { model } = live;
  const act = useStop(run, "fleet");
  return (
    <Ask
      title={`Stop all ${whole(model.workers.length)} workers?`}
      does="■ Stop the fleet"
      keeps="Keep it running"
      rows={[
        ["can be undone", "no; a fork from before goes on without the stop"],
        ["in the log", "one event, at the end of the round that is being played"],
        ["kept", `all books, notes and events of ${whole(model.round)} rounds, and ${amount(model.budget.at(model.round), "money", model)} of budget`],
        ["lost", `the work of the ${whole(Math.max(0, model.rounds - model.round))} rounds that are left`],
      ]}
      act={act}
      close={close}
    >
      Every worker&apos;s line ends. The world goes on to its last round with nobody in it, and the run is then done.
    </Ask>
  );
}

function Fork({ live, run, at, close }: { live: Live; run: string; at: number; close: () => void }) {
  const { model } = live;
  const seq = model.endOf(at);
  const [set, change] = useState("");
  const key = useRef(once());
  const act = async () => {
    const changes = set.split("\n").map((line) => line.trim()).filter(Boolean);
    const made = await send<Run>("POST", `/v1/runs/${encodeURIComponent(run)}/fork`, { at: seq, set: changes }, key.current);
    go(runPlace(made.run));
  };
  return (
    <Ask
      title={`Fork this run at the end of round ${whole(at)}?`}
      does="Fork it"
      keeps="Do not"
      rows={[
        ["shared", `events 1 to ${whole(seq)}, to the byte`],
        ["this run", "is not touched"],
      ]}
      isReady={seq > 0}
      act={act}
      close={close}
    >
      A new run with this one&apos;s history up to there, and its own way from then on.
      <label style={{ display: "block", marginTop: 8 }}>
        <span className="dim">What differs from then on, a line each, as with --set (nothing: luck is the same, so it goes the same way)</span>
        <textarea className="field mono" rows={3} style={{ width: "100%", height: "auto", marginTop: 4 }} placeholder={"controls=[{cap: {times: 1}}]"} value={set} onChange={(event) => change(event.target.value)} />
      </label>
    </Ask>
  );
}

function Export({ run }: { run: string }) {
  const [isOpen, open] = useState(false);
  const [found, set] = useState<Artifacts | null>(null);
  const [told, say] = useState("");
  const path = `/v1/runs/${encodeURIComponent(run)}/artifacts`;
  useEffect(() => {
    if (!isOpen) return;
    const leaving = new AbortController();
    get<Artifacts>(path, leaving.signal).then(set, (error: unknown) => leaving.signal.aborted || say((error as Error).message));
    const shut = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !(event.target as Element).closest(".menu")) open(false);
    };
    addEventListener("pointerdown", shut);
    addEventListener("keydown", shut);
    return () => {
      leaving.abort();
      removeEventListener("pointerdown", shut);
      removeEventListener("keydown", shut);
    };
  }, [isOpen, path]);
  return (
    <span className="menu">
      <button className="button" aria-expanded={isOpen} aria-haspopup="true" onClick={() => open(!isOpen)}>
        Export…
      </button>
      {isOpen && (
        <div className="popover">
          {told && <p className="alarm">{told}</p>}
          {found?.items.map((each) => (
            <button key={each.name} className="item" onClick={() => void download(`${path}/${each.name}`, `${run}.${each.name}`).then(() => open(false), (error: unknown) => say((error as Error).message))}>
              <span className="mono">{each.name}</span>
              <span className="dim">{each.about}</span>
            </button>
          ))}
          {!found && !told && <p className="dim">reading…</p>}
        </div>
      )}
    </span>
  );
}
