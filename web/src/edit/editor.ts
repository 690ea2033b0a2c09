/** The text of a scenario, with what the service says of it: marks, fixes, figures, completions. */

import { autocompletion, completionKeymap, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { forEachDiagnostic, lintGutter, lintKeymap, nextDiagnostic, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, StateEffect, StateField, type Extension, type Text } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, WidgetType, type DecorationSet } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Completion, Flaw, Valid } from "../api/client";

export interface Hearer {
  changed: (text: string) => void;
  moved: (line: number, column: number) => void;
  complete: (text: string, line: number, column: number) => Promise<Completion>;
}

export interface Editor {
  view: EditorView;
  /** Show what the service said of the text: what is wrong, or what it comes to. */
  tell: (said: Told) => void;
  goTo: (line: number, column: number) => void;
  replace: (text: string) => void;
  next: () => void;
  fix: () => boolean;
  destroy: () => void;
}

export interface Told {
  flaws: readonly Flaw[];
  remarks: Valid["remarks"];
  facts: Valid["facts"];
}

const THEME = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--bg)", font: "400 12px/20px var(--mono)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "4px 0" },
  ".cm-gutters": { backgroundColor: "var(--bg)", color: "var(--dim)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--panel)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selected)" },
  ".cm-tooltip": { backgroundColor: "var(--bg)", border: "1px solid var(--line)", borderRadius: "5px", color: "var(--text)", maxWidth: "520px" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px 8px", lineHeight: "18px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--selected)", color: "var(--text)" },
  ".cm-completionDetail": { color: "var(--dim)", fontStyle: "normal", marginLeft: "12px" },
  ".cm-diagnostic": { font: "400 13px/18px var(--sans)", padding: "6px 10px", borderLeftWidth: "3px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--alarm)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--faint)" },
  ".cm-diagnosticAction": { font: "inherit", backgroundColor: "var(--accent)", color: "var(--on-accent)", borderRadius: "4px", padding: "2px 8px" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--alarm)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)" },
  ".cm-lintRange-info": { backgroundImage: "none", textDecoration: "underline dotted var(--faint)" },
  ".cm-lint-marker": { width: "14px", height: "14px", content: "none" },
  ".cm-lint-marker-error::before": { content: "'✕'", color: "var(--alarm)", fontWeight: "600" },
  ".cm-lint-marker-warning::before": { content: "'▲'", color: "var(--warn)" },
  ".cm-lint-marker-info::before": { content: "'i'", color: "var(--dim)" },
  ".cm-fact": { color: "var(--dim)", fontStyle: "italic", paddingLeft: "16px", userSelect: "none" },
  ".cm-panels": { backgroundColor: "var(--panel)", color: "var(--text)", borderColor: "var(--line)" },
});

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: tags.comment, color: "var(--dim)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--text)" },
  { tag: tags.string, color: "var(--text)" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: "var(--dim)" },
]);

class FactWidget extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq(other: FactWidget): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    const span = document.createElement("span");
    span.className = "cm-fact";
    span.textContent = this.text;
    return span;
  }
}

const setFacts = StateEffect.define<Valid["facts"]>();

const facts = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, change) {
    let next = shown.map(change.changes);
    for (const effect of change.effects) {
      if (!effect.is(setFacts)) continue;
      const { doc } = change.state;
      const widgets = effect.value
        .filter((fact) => fact.line !== null && fact.line <= doc.lines)
        .map((fact) => Decoration.widget({ widget: new FactWidget(fact.text), side: 1 }).range(doc.line(fact.line!).to));
      next = Decoration.set(widgets, true);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Open an editor in a shadow root, where its styles need no inline style sheet of the page. */
export function openEditor(root: ShadowRoot, text: string, label: string, hearer: Hearer | null): Editor {
  const view: EditorView = new EditorView({ root, parent: root, state: EditorState.create({ doc: text, extensions: extensions(label, hearer) }) });
  // Whoever scrolls by key must reach what scrolls.
  view.scrollDOM.tabIndex = 0;
  return {
    view,
    tell: (said) => view.dispatch(setDiagnostics(view.state, marks(view.state.doc, said)), { effects: setFacts.of(said.facts) }),
    goTo: (line, column) => {
      const at = placeOf(view.state.doc, line, column);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    replace: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    next: () => {
      view.focus();
      nextDiagnostic(view);
    },
    fix: () => fixHere(view),
    destroy: () => view.destroy(),
  };
}

function extensions(label: string, hearer: Hearer | null): Extension[] {
  const shared = [lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(), highlightSelectionMatches(), yaml(), indentUnit.of("  "), syntaxHighlighting(COLOURS), THEME, EditorView.contentAttributes.of({ "aria-label": label })];
  if (!hearer) return [...shared, EditorState.readOnly.of(true), keymap.of([...defaultKeymap, ...searchKeymap])];
  return [
    ...shared,
    history(),
    lintGutter(),
    facts,
    autocompletion({ override: [(context) => offers(context, hearer)], icons: false, activateOnTyping: true }),
    Prec.high(keymap.of([{ key: "Ctrl-.", mac: "Cmd-.", run: fixHere }])),
    keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...searchKeymap, ...defaultKeymap]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) hearer.changed(update.state.doc.toString());
      if (update.selectionSet || update.docChanged) {
        const at = update.state.selection.main.head;
        const line = update.state.doc.lineAt(at);
        hearer.moved(line.number, at - line.from + 1);
      }
    }),
  ];
}

async function offers(context: CompletionContext, hearer: Hearer): Promise<CompletionResult | null> {
  const { doc } = context.state;
  const line = doc.lineAt(context.pos);
  const column = context.pos - line.from + 1;
  if (!context.explicit && !/[\w.%-]$/.test(line.text.slice(0, column - 1))) return null;
  const found = await hearer.complete(doc.toString(), line.number, column);
  if (!found.offers.length) return null;
  return {
    from: line.from + found.start - 1,
    options: found.offers.map((offer) => ({ label: offer.label, detail: offer.detail, apply: offer.kind === "key" ? `${offer.label}: ` : offer.label, type: offer.kind === "key" ? "property" : "enum" })),
    validFor: /^[\w.%-]*$/,
  };
}

function placeOf(doc: Text, line: number, column: number): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(found.to, found.from + column - 1);
}

function marks(doc: Text, { flaws, remarks }: Told): Diagnostic[] {
  const found: Diagnostic[] = flaws.map((flaw) => {
    const from = placeOf(doc, flaw.line ?? 1, flaw.column ?? 1);
    const to = endOf(doc, from);
    const meant = meantBy(flaw);
    const said = `${pathOf(flaw)}${flaw.message}${flaw.hint ? `; ${flaw.hint}` : ""}`;
    return { from, to, severity: "error", message: said, actions: meant ? [{ name: `Change to ${meant}`, apply: (view, start, end) => view.dispatch({ changes: { from: start, to: end, insert: meant } }) }] : [] };
  });
  for (const remark of remarks) {
    if (remark.line === null) continue;
    const from = placeOf(doc, remark.line, remark.column ?? 1);
    found.push({ from, to: endOf(doc, from), severity: remark.weight === "warning" ? "warning" : "info", message: `${remark.path}: ${remark.text}` });
  }
  return found;
}

/** The end of the word that begins at a place. */
function endOf(doc: Text, from: number): number {
  const line = doc.lineAt(from);
  const word = /^[^\s,:{}[\]]+/.exec(line.text.slice(from - line.from));
  return Math.min(line.to, from + Math.max(1, word?.[0].length ?? 1));
}

/** What the service thinks was meant. */
export function meantBy(flaw: Flaw): string | null {
  return /did you mean '([^']+)'/.exec(`${flaw.hint ?? ""} ${flaw.message}`)?.[1] ?? null;
}

export const pathOf = (flaw: Flaw): string => {
  const path = (flaw.pointer ?? "").split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const said = path.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join("").replace(/^\./, "");
  return said ? `${said} ` : "";
};

/** Apply the fix of the problem on the cursor's line, if there is one. */
function fixHere(view: EditorView): boolean {
  const line = view.state.doc.lineAt(view.state.selection.main.head);
  let found: (() => void) | null = null;
  forEachDiagnostic(view.state, (each, from, to) => {
    const fix = each.actions?.[0];
    if (fix && !found && from >= line.from && from <= line.to) found = () => fix.apply(view, from, to);
  });
  if (!found) return false;
  (found as () => void)();
  return true;
}
