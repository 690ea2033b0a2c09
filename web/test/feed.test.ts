import { describe, expect, it } from "vitest";
import { Frames, type Frame } from "../src/api/feed";

const TEXT = [
  "retry: 1000\n\n",
  ': still here\n\n',
  'event: verdicts\ndata: [{"seq":2}]\n\n',
  'event: batch\nid: 2\ndata: [{"seq":1,"text":"a\\n\\nb"},{"seq":2}]\n\n',
  'event: end\ndata: {"status":"done","digest":"ab"}\n\n',
].join("");

const whole: Frame[] = [
  { event: "verdicts", id: "", data: '[{"seq":2}]' },
  { event: "batch", id: "2", data: '[{"seq":1,"text":"a\\n\\nb"},{"seq":2}]' },
  { event: "end", id: "", data: '{"status":"done","digest":"ab"}' },
];

describe("a stream of frames", () => {
  it("is read whole, however it is cut", () => {
    for (let first = 0; first <= TEXT.length; first++) {
      for (const second of [first, first + 1, first + 2, first + 7]) {
        const frames = new Frames();
        const found = [TEXT.slice(0, first), TEXT.slice(first, second), TEXT.slice(second)].flatMap((part) => frames.take(part));
        expect(found).toEqual(whole);
      }
    }
  });

  it("is read a character at a time", () => {
    const frames = new Frames();
    expect([...TEXT].flatMap((letter) => frames.take(letter))).toEqual(whole);
  });
});
