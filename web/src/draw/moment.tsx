/** A canvas over time and the moment on it: what came after it is faint, and moving it draws nothing anew. */

import { whole } from "../run/words";
import { Canvas, type CanvasProps } from "./canvas";
import type { Span } from "./panels";

interface Props extends CanvasProps {
  span: Span;
  at: number;
  /** What the moment is called, where it is named: on the strip of the whole run. */
  isNamed?: "live" | "pinned";
}

export function TimeCanvas({ span, at, isNamed, ...canvas }: Props) {
  const share = Math.min(1, Math.max(0, (at - span.from) / (span.to - span.from || 1)));
  const left = `${100 * share}%`;
  const isInside = at >= span.from && at <= span.to;
  return (
    <div className={isNamed ? "timed named" : "timed"}>
      <Canvas {...canvas} />
      <i className="later" style={{ left }} />
      {isInside && <i className="now" style={{ left }} />}
      {isNamed && (
        <span className="called" style={{ left, transform: `translateX(-${100 * share}%)` }}>
          {isNamed === "live" ? "live · " : ""}round {whole(at)}
        </span>
      )}
    </div>
  );
}
