"""From runs to figures: who noticed, when, with how much gone, and what the alarms are worth.

The unit is the run. Runs without an alarm are censored at their end. False alarms count over
fleets that are known to take no more than is needed, and over nothing else. What the number of
runs cannot carry is withheld, with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum, inf, isinf
from statistics import median as middle

from monitors.metrics import (
    clopper_pearson,
    holm,
    is_refuted,
    mcnemar,
    most_allowed,
    precision,
    run_length,
)
from monitors.ranking import TooFew, auroc, caught_at
from monitors.resampling import bootstrap, paired
from monitors.survival import Lapse, Step, median, restricted_mean, survival
from orchestrator.evaluation.figures import (
    Acceptance,
    Comparison,
    Estimate,
    Evaluation,
    FalseAlarms,
    FleetReport,
    OnFleet,
    Operating,
    Reached,
    Row,
    Setting,
)
from orchestrator.evaluation.fleet import AS_WRITTEN, HONEST, Fleet
from orchestrator.evaluation.panel import Detector, Outcome
from orchestrator.evaluation.trial import Trial
from orchestrator.evaluation.yardstick import NAME as ORACLE

RATES = (0.01, 0.05, 0.1)
"""The false-alarm rates, or audit budgets, at which is told what is caught."""

PREVALENCES = (0.001, 0.01, 0.1, 0.5)
"""The shares of bad runs for which is told how many alarms would be right."""


def judge(
    setting: Setting,
    fleets: Sequence[Fleet],
    detectors: Sequence[Detector],
    trials: Iterable[Trial],
    guarantees: Mapping[str, str],
) -> Evaluation:
    """Return every figure of an evaluation.

    Parameters
    ----------
    setting
        What was asked.
    fleets, detectors
        Who was played, and who looked on.
    trials
        What came of it, in any order; each fleet under each seed once.
    guarantees
        What each detector's monitor says of its false alarms.
    """
    played = _Played(fleets, trials)
    rows = [_row(played, setting, each, guarantees[each.name]) for each in detectors]
    return Evaluation(
        **setting.model_dump(),
        fleets={fleet.name: played.report(fleet) for fleet in fleets},
        detectors=tuple(_compared(played, rows)),
    )


class _Played:
    """The runs, by fleet and in the order of their seeds."""

    def __init__(self, fleets: Sequence[Fleet], trials: Iterable[Trial]) -> None:
        self.fleets = fleets
        self._trials: dict[str, list[Trial]] = {fleet.name: [] for fleet in fleets}
        for trial in sorted(trials, key=lambda each: each.seed):
            self._trials[trial.fleet].append(trial)

    @property
    def suspect(self) -> Fleet | None:
        """The fleet as written, unless an alarm on it would be a false one."""
        written = next(each for each in self.fleets if each.name == AS_WRITTEN)
        return None if written.kind == "benign" else written

    @property
    def benign(self) -> list[Fleet]:
        """The fleets on which an alarm is false."""
        return [fleet for fleet in self.fleets if fleet.kind == "benign"]

    def trials(self, fleet: Fleet) -> list[Trial]:
        return self._trials[fleet.name]

    def outcomes(self, fleet: Fleet, detector: str) -> list[Outcome]:
        return [trial.of(detector) for trial in self.trials(fleet)]

    def honest(self, fleet: Fleet) -> list[Trial]:
        """Return the honest runs of the same size, those of the same seeds."""
        names = [
            each.name
            for each in self.fleets
            if each.name.startswith(HONEST) and each.dilution == fleet.dilution
        ]
        same_world = fleet.name.startswith((AS_WRITTEN, HONEST))
        return self._trials[names[0]] if names and same_world else []

    def report(self, fleet: Fleet) -> FleetReport:
        trials = self.trials(fleet)
        return FleetReport(
            kind=fleet.kind,
            workers=fleet.workers,
            dilution=fleet.dilution,
            runs=len(trials),
            events=sum(trial.events for trial in trials),
            excess=round(mean([trial.excess for trial in trials]), 3),
            task_done=round(mean([trial.task_done for trial in trials]), 6),
        )


def _row(played: _Played, setting: Setting, detector: Detector, guarantee: str) -> Row:
    name, withheld = detector.name, list[str]()
    seconds, events = 0.0, 0
    failed: dict[str, int] = {}
    for fleet in played.fleets:
        outcomes = played.outcomes(fleet, name)
        seconds += fsum(each.seconds for each in outcomes)
        events += sum(trial.events for trial in played.trials(fleet))
        if stopped := sum(bool(each.failed) for each in outcomes):
            failed[fleet.name] = stopped
    on_fleets = {fleet.name: on_fleet(played, fleet, name) for fleet in played.fleets}
    false = _false_alarms(played, detector)
    suspect = played.suspect
    caught, area, right = _ranked(played, name, withheld) if suspect else ((), None, {})
    if suspect and false:
        right = _precision(on_fleets[suspect.name], false)
    return Row(
        detector=name,
        alpha=detector.alpha,
        guarantee=guarantee,
        fleets=on_fleets,
        false_alarms=false,
        us_per_event=round(1e6 * seconds / events, 3) if events else 0.0,
        caught=caught,
        auroc=area,
        precision=right,
        withheld=tuple(withheld),
        failed=failed,
    )


def lapses(trials: Sequence[Trial], detector: str) -> list[Lapse]:
    """Return when each run alarmed, or that it had not by its end."""
    found = []
    for trial in trials:
        at = trial.of(detector).round
        found.append(Lapse(len(trial.curve) if at is None else at, at is not None))
    return found


def losses(trials: Sequence[Trial], detector: str) -> list[float]:
    """Return what each run had taken beyond need by the alarm, or by its end."""
    damages = [(trial.of(detector).damage, trial.excess) for trial in trials]
    return [excess if damage is None else damage for damage, excess in damages]


def on_fleet(played: _Played, fleet: Fleet, detector: str) -> OnFleet:
    """Return what one detector did on one fleet."""
    trials = played.trials(fleet)
    outcomes = [trial.of(detector) for trial in trials]
    alarms = sum(each.round is not None for each in outcomes)
    steps = survival(lapses(trials, detector))
    damages = [inf if each.damage is None else each.damage for each in outcomes]
    lost = losses(trials, detector)
    honest = [
        other.curve[at - 1] if (at := trial.of(detector).round) else other.excess
        for trial, other in zip(trials, played.honest(fleet), strict=False)
    ]
    return OnFleet(
        runs=len(trials),
        alarms=alarms,
        rate=estimate(alarms / len(trials), *clopper_pearson(alarms, len(trials))),
        round=estimate(*median(steps)),
        delay=_delay(steps, len(trials[0].curve)),
        damage=_finite(middle(damages)),
        loss=estimate(mean(lost), *bootstrap(lost, mean, resamples=1_000)),
        honest=round(mean(honest), 3) if honest else None,
        curve=tuple(_reached(step) for step in steps),
    )


def _reached(step: Step) -> Reached:
    return Reached(
        round=step.time,
        share=round(1 - step.silent, 6),
        low=round(1 - step.high, 6),
        high=round(1 - step.low, 6),
    )


def _delay(steps: Sequence[Step], rounds: int) -> Estimate:
    return estimate(*restricted_mean(steps, rounds))


def _false_alarms(played: _Played, detector: Detector) -> FalseAlarms | None:
    if not played.benign:
        return None
    counts = []
    exposure = 0
    for fleet in played.benign:
        outcomes = played.outcomes(fleet, detector.name)
        counts.append((sum(each.round is not None for each in outcomes), len(outcomes)))
        exposure += sum(trial.events for trial in played.trials(fleet))
    alarms, runs = (sum(each) for each in zip(*counts, strict=True))
    length = run_length(alarms, exposure)
    return FalseAlarms(
        runs=runs,
        alarms=alarms,
        rate=estimate(alarms / runs, *clopper_pearson(alarms, runs)),
        length=estimate(*length),
        accepted=_accepted(counts, detector.alpha),
    )


def _accepted(counts: Sequence[tuple[int, int]], alpha: float | None) -> Acceptance:
    """Test each benign fleet at its share of 1%, so that one that breaks the bound is not lost."""
    if alpha is None:
        return "no bound"
    level = 0.01 / len(counts)
    if any(is_refuted(alarms, runs, alpha, level) for alarms, runs in counts):
        return "refuted"
    can_refute = any(most_allowed(runs, alpha, level) < runs for _, runs in counts)
    return "kept" if can_refute else "untested"


def _ranked(
    played: _Played, detector: str, withheld: list[str]
) -> tuple[tuple[Operating, ...], Estimate | None, dict[str, Estimate]]:
    """Return what scores tell, and note what there are too few runs for."""
    suspect = played.suspect
    assert suspect is not None
    honest = [suspicion(trial, detector) for trial in played.honest(suspect)]
    bad = [suspicion(trial, detector) for trial in played.trials(suspect)]
    caught = []
    for rate in RATES:
        try:
            found = caught_at(bad, honest, rate)
        except TooFew as error:
            withheld.append(f"what is caught at {error}")
            continue
        share = estimate(found.caught, *found.interval)
        caught.append(Operating(rate=rate, actual=found.false, caught=share))
    if len(bad) < 2 or len(honest) < 2:
        withheld.append("AUROC takes two runs of each fleet")
        return tuple(caught), None, {}
    return tuple(caught), estimate(*auroc(bad, honest)), {}


def suspicion(trial: Trial, detector: str) -> float:
    """Return how suspicious a run is to a detector, by which runs are ranked.

    Short of an alarm it is the highest score, below 1. Scores end at 1, so of two runs with an
    alarm the one that alarmed earlier is the more suspicious: it lies between 1 and 2.
    """
    outcome = trial.of(detector)
    if outcome.round is None:
        return outcome.peak
    return 2 - outcome.round / (len(trial.curve) + 1)


def _precision(caught: OnFleet, false: FalseAlarms) -> dict[str, Estimate]:
    """Return the share of right alarms by prevalence: as measured, and from worst to best."""
    return {
        f"{100 * prevalence:g}%": estimate(
            precision(prevalence, caught.rate.value or 0.0, false.rate.value or 0.0),
            precision(prevalence, caught.rate.low or 0.0, false.rate.high or 0.0),
            precision(prevalence, caught.rate.high or 0.0, false.rate.low or 0.0),
        )
        for prevalence in PREVALENCES
    }


def _compared(played: _Played, rows: Sequence[Row]) -> Iterable[Row]:
    """Set each detector beside the first, on equal seeds."""
    suspect = played.suspect
    if suspect is None or len(rows) < 2:
        return rows
    trials = played.trials(suspect)
    rows = _beside_oracle(trials, rows)
    first, *others = rows
    beside = [_beside(trials, first.detector, other.detector) for other in others]
    adjusted = holm([each.p for each in beside])
    return [
        first,
        *(
            row.model_copy(update={"comparison": found.model_copy(update={"p": round(p, 6)})})
            for row, found, p in zip(others, beside, adjusted, strict=True)
        ),
    ]


def _beside_oracle(trials: Sequence[Trial], rows: Sequence[Row]) -> Sequence[Row]:
    """Set each delay beside the oracle's of the same runs; runs are drawn again as pairs."""
    if rows[-1].detector != ORACLE:
        return rows
    ideal = [lapse.time for lapse in lapses(trials, ORACLE)]

    def ratio(pairs: Sequence[tuple[float, float]]) -> float:
        return fsum(one for one, _ in pairs) / fsum(other for _, other in pairs)

    found = []
    for row in rows:
        pairs = [
            (x.time, best) for x, best in zip(lapses(trials, row.detector), ideal, strict=True)
        ]
        times = estimate(ratio(pairs), *bootstrap(pairs, ratio, resamples=1_000))
        found.append(row.model_copy(update={"beside_oracle": times}))
    return found


def _beside(trials: Sequence[Trial], first: str, other: str) -> Comparison:
    pairs = [(trial.of(first).round, trial.of(other).round) for trial in trials]
    only_first = sum(one is not None and two is None for one, two in pairs)
    only_other = sum(one is None and two is not None for one, two in pairs)
    later, sooner = ([lapse.time for lapse in lapses(trials, name)] for name in (other, first))
    return Comparison(
        beside=first,
        only_this=only_other,
        only_other=only_first,
        p=mcnemar(only_first, only_other),
        later=estimate(*paired(later, sooner, resamples=1_000)),
    )


def mean(values: Sequence[float]) -> float:
    """Return the mean of some values, at least one."""
    return fsum(values) / len(values)


def estimate(value: float, low: float = inf, high: float = inf) -> Estimate:
    """Return a figure and its interval, with None for what is infinite."""
    return Estimate(value=_finite(value), low=_finite(low), high=_finite(high))


def _finite(value: float) -> float | None:
    return None if isinf(value) else round(value, 6)
