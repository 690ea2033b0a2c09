"""Trading with the commons: what came of a run's offers, and what others published, is logged."""

from memory.events import NoteRefused
from memory.exchange import News, Stale, Stood
from memory.notes import Arrived
from orchestrator.stage import Stage


def trade(stage: Stage) -> None:
    """Hand in what the last round offered, read what is new, and log each piece of news."""
    if stage.exchange is not None:
        for news in stage.exchange.trade(stage.round, stage.offers, stage.notes):
            _take_up(stage, news)


def hand_in(stage: Stage) -> None:
    """Hand in what is still open when no round follows; nobody is left to read anything."""
    if stage.exchange is None or not stage.offers.open:
        return
    for news in stage.exchange.trade(stage.round, stage.offers, stage.notes):
        if isinstance(news, Arrived):
            return
        _take_up(stage, news)


def _take_up(stage: Stage, news: News) -> None:
    log, round = stage.log, stage.round
    match news:
        case Stood(key, version, place):
            stage.notes.stand(round, stage.offers.open[key], version, place)
        case Stale(key, version):
            offered = stage.offers.open[key]
            envelope = log.envelope(round, offered.actor, key=key, cause=offered.seq)
            log.append(NoteRefused(**envelope, name=offered.name, version=version))
        case _:
            stage.notes.arrive(round, news)
