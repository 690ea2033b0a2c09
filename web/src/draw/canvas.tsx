/** A canvas that fills its width, is sharp on any screen, and draws when what it shows changes. */

import { useEffect, useRef } from "react";
import { colours } from "../app/theme";

export interface Area {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  colour: (name: string) => string;
}

export interface CanvasProps {
  height: number;
  /** Draws anew; called again whenever this function, the size or the colours change. */
  draw: (area: Area) => void;
  /** One line that says what is drawn, for who cannot see it. */
  label: string;
  onPointer?: (x: number, width: number, event: PointerEvent, y: number) => void;
}

export function Canvas({ height, draw, label, onPointer }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointer = useRef(onPointer);
  pointer.current = onPointer;
  useEffect(() => {
    const node = canvas.current!;
    let frame = 0;
    const paint = () => {
      frame = 0;
      const width = node.clientWidth;
      if (!width) return;
      const ratio = devicePixelRatio || 1;
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (node.width !== w || node.height !== h) [node.width, node.height] = [w, h];
      const context = node.getContext("2d")!;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      const style = getComputedStyle(document.documentElement);
      const known = new Map<string, string>();
      const colour = (name: string) => {
        let value = known.get(name);
        if (value === undefined) known.set(name, (value = style.getPropertyValue(`--${name}`).trim()));
        return value;
      };
      draw({ context, width, height, colour });
    };
    const ask = () => {
      frame ||= requestAnimationFrame(paint);
    };
    const watching = new ResizeObserver(ask);
    watching.observe(node);
    const forget = colours.listen(ask);
    ask();
    return () => {
      watching.disconnect();
      forget();
      cancelAnimationFrame(frame);
    };
  }, [draw, height]);
  useEffect(() => {
    const node = canvas.current!;
    const at = (event: PointerEvent) => {
      const box = node.getBoundingClientRect();
      pointer.current?.(event.clientX - box.left, box.width, event, event.clientY - box.top);
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || !pointer.current) return;
      node.setPointerCapture(event.pointerId);
      at(event);
    };
    const move = (event: PointerEvent) => node.hasPointerCapture(event.pointerId) && at(event);
    node.addEventListener("pointerdown", down);
    node.addEventListener("pointermove", move);
    return () => {
      node.removeEventListener("pointerdown", down);
      node.removeEventListener("pointermove", move);
    };
  }, []);
  return <canvas ref={canvas} style={{ height }} role="img" aria-label={label} />;
}

export const FONT = '11px system-ui, -apple-system, "Segoe UI", Inter, Roboto, sans-serif';
