/** The time panels as a table, for whoever does not see them: `Alt T`. */

import { useEffect, useRef, useState } from "react";
import { scoreAt, type Span } from "../draw/panels";
import type { Live } from "../run/live";
import { whole } from "../run/words";

const MOST = 2000;

/** Whether the table is asked for, and how to close it. */
export function useFigures(): [boolean, () => void] {
  const [isOpen, open] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!event.altKey || event.code !== "KeyT" || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      open(true);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return [isOpen, () => open(false)];
}

export function Figures({ live, span, close }: { live: Live; span: Span; close: () => void }) {
  const { model } = live;
  const reference = live.reference.get();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const last = Math.min(span.to, model.round);
  const first = Math.max(span.from + 1, last - MOST + 1);
  const rounds = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  return (
    <dialog ref={dialog} className="figures" onClose={close} aria-label="The time panels as a table">
      <h1>Round by round, {model.unit}</h1>
      <p className="dim small">
        Rounds {whole(first)} to {whole(last)}. Esc closes this.
      </p>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col" className="num">round</th>
              <th scope="col" className="num">acquired</th>
              <th scope="col" className="num">need</th>
              <th scope="col" className="num">excess so far</th>
              <th scope="col" className="num">reference</th>
              {model.series.map((series) => (
                <th key={`${series.monitor}/${series.pool}`} scope="col" className="num">
                  {series.monitor} {series.pool}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rounds.map((round) => (
              <tr key={round}>
                <th scope="row" className="num">{whole(round)}</th>
                <td className="num">{whole(model.acquired.at(round))}</td>
                <td className="num">{whole(model.needed.at(round))}</td>
                <td className="num">{whole(model.excess.at(round), true)}</td>
                <td className="num">{reference[round - 1] === undefined ? "–" : whole(reference[round - 1]!, true)}</td>
                {model.series.map((series) => (
                  <td key={`${series.monitor}/${series.pool}`} className="num">
                    {scoreAt(series, round).toFixed(2)}
                    {series.firstAlarm?.round === round ? " alarm" : ""}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </dialog>
  );
}
