/** The page to look through: its screens, by where the reader is. */

import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Frame } from "./app/Frame";
import { usePlace } from "./app/place";
import { Alarm, Alarms } from "./screens/Alarms";
import { Approvals } from "./screens/Approvals";
import { Run } from "./screens/Run";
import { Runs } from "./screens/Runs";
import { Scenario, Scenarios } from "./screens/Scenarios";
import "./style/tokens.css";
import "./style/page.css";

const Compare = lazy(() => import("./screens/Compare"));

function Page() {
  const place = usePlace();
  switch (place.screen) {
    case "runs":
      return <Runs q={place.q} />;
    case "run":
      return <Run key={place.run} place={place} />;
    case "alarms":
      return <Alarms />;
    case "alarm":
      return <Alarm key={`${place.run}/${place.alarm}`} run={place.run} number={place.alarm} />;
    case "approvals":
      return <Approvals run={place.run} call={place.call} />;
    case "scenarios":
      return <Scenarios />;
    case "scenario":
      return <Scenario name={place.name} />;
    case "compare":
      return (
        <Suspense fallback={<main className="empty">reading…</main>}>
          <Compare study={place.study} runs={place.runs} pick={place.pick} />
        </Suspense>
      );
    case "nothing":
      return (
        <Frame here="nothing" title="Nothing here">
          <main className="empty">There is nothing at {place.path}. All runs are under Runs.</main>
        </Frame>
      );
  }
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
