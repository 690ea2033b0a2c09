/** A ruling by hand on a worker or a note, asked once more before it reaches the run. */

import { useRef, useState } from "react";
import { once, send, type Sent } from "../api/client";
import { Ask } from "../app/Ask";

export type Act = "hold" | "deny" | "cap" | "freeze" | "claw_back" | "quarantine";

const SAYS: Record<Act, { title: (to: string) => string; does: (to: string) => string; about: string; undone: string }> = {
  hold: { title: (to) => `Hold what ${to} asks for?`, does: (to) => `‖ Hold ${to}'s calls`, about: "Every call that takes something waits for your answer under Approvals; what nobody answers within 3 rounds is refused.", undone: "it ends by itself after the rounds below" },
  deny: { title: (to) => `Deny what ${to} asks for?`, does: (to) => `Deny ${to}'s calls`, about: "Every call that takes something is refused. The agent is told what it is told of any refusal, and not why.", undone: "it ends by itself after the rounds below" },
  cap: { title: (to) => `Cap ${to} at its need?`, does: (to) => `Cap ${to}`, about: "It gets at most what its work needs in a round; what it asks for beyond that is left out.", undone: "it ends by itself after the rounds below" },
  freeze: { title: (to) => `Freeze the accounts of ${to}?`, does: (to) => `Freeze ${to}`, about: "Nothing moves into its accounts or out of them. What it holds can still be used up by its work.", undone: "it ends by itself after the rounds below" },
  claw_back: { title: (to) => `Take back what ${to} holds?`, does: (to) => `Take back from ${to}`, about: "All it holds goes back to the pool, for its refund, at the end of the round.", undone: "no; its work may have to buy again" },
  quarantine: { title: (to) => `Quarantine ${to}?`, does: (to) => `Quarantine ${to}`, about: "Nobody reads it from the next round on. The log keeps it, and so does this page.", undone: "no; a fork from before goes on with it" },
};

interface Props {
  run: string;
  act: Act;
  to: string;
  close: () => void;
  done?: () => void;
}

export function Rule({ run, act, to, close, done }: Props) {
  const key = useRef(once());
  const [rounds, set] = useState("12");
  const lasts = act !== "quarantine" && act !== "claw_back";
  const count = Number(rounds);
  const isWhole = /^\d{1,6}$/.test(rounds) && count >= 1;
  const says = SAYS[act];
  return (
    <Ask
      title={says.title(to)}
      does={says.does(to)}
      keeps="Do nothing"
      isReady={!lasts || isWhole}
      rows={[
        ["can be undone", says.undone],
        ["in the log", "one event, at the end of the round that is being played"],
        ["the agent learns", "nothing: it is not told why"],
      ]}
      act={async () => {
        await send<Sent>("POST", `/v1/runs/${encodeURIComponent(run)}/rulings`, { act, to: [to], ...(lasts ? { rounds: count } : {}) }, key.current);
        done?.();
      }}
      close={close}
    >
      {says.about}
      {lasts && (
        <label style={{ display: "flex", gap: 8, alignItems: "center", marginTop: 8 }}>
          for <input className="field" style={{ width: 72 }} inputMode="numeric" value={rounds} aria-label="For how many rounds" onChange={(event) => set(event.target.value)} /> rounds
        </label>
      )}
    </Ask>
  );
}
