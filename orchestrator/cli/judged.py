"""What a run's judges did, in words: questions, suspicion, cost, and what went wrong."""

from orchestrator.bench import JudgeReport
from orchestrator.cli.ink import safe


def sentence(judge: JudgeReport) -> str:
    """Say what one judge did.

    Examples
    --------
    >>> report = JudgeReport(judge="judge/1", per="episode", models=("openai/any",), events=90,
    ...     asked=12, spared=3, unreadable=0, junk=0, mean=0.118, input_tokens=900,
    ...     output_tokens=120, money=0.0021)
    >>> sentence(report)
    'judge/1, uncalibrated, asked openai/any about 12 episodes (3 more spared): mean suspicion \
0.118, no alarm; 900 tokens in, 120 out, 0.0021 by the stated price.'
    """
    models = " and ".join(map(safe, judge.models))
    marked = "" if judge.is_calibrated else ", uncalibrated,"
    what = f"{judge.asked:,} {judge.per}" + ("" if judge.asked == 1 else "s")
    said = f"{judge.judge}{marked} asked {models} about {what}"
    if judge.spared:
        said += f" ({judge.spared:,} more spared)"
    told = [f"mean suspicion {judge.mean:.3f}"] if judge.mean is not None else []
    told.append(_alarms(judge))
    said += f": {', '.join(told)}; {judge.input_tokens:,} tokens in, {judge.output_tokens:,} out"
    if judge.money is not None:
        said += f", {judge.money:.4f} by the stated price"
    return f"{said}." + (f" Not to be trusted: {safe(judge.failed)}." if judge.failed else "")


def _alarms(judge: JudgeReport) -> str:
    if not judge.alarms:
        return "no alarm"
    return f"alarm in round {judge.alarms[0].round:,}"
