"""What a capture loop tells its listeners."""

from dataclasses import dataclass
from pathlib import Path

from emocam.baseline import NeutralNews
from emocam.engine.model_file import ModelFile
from emocam.messages import FrameResult

# When the counting of shares began.
SINCE_OPENED, SINCE_RECORD, SINCE_STOP = "opened", "record", "stop"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What there is to show of one moment.

    frames_per_second: 0 where it is not known yet. shares: see `statistics.SharesSoFar`. shares_since: when their
    counting began: a source was opened, or a recording began or ended.
    """

    result: FrameResult
    frames_per_second: float
    dropped: int
    shares: dict[str, float]
    shares_since: str = SINCE_OPENED


@dataclass(frozen=True, slots=True)
class SourceOpened:
    """A source has been opened; identity: as `Settings.source` keeps it."""

    title: str
    identity: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """A source could not be opened; retries: it is tried again by itself."""

    reason: str
    retries: bool


@dataclass(frozen=True, slots=True)
class SourceLost:
    """A live source delivers nothing any more; it is looked for until it is back."""

    reason: str


@dataclass(frozen=True, slots=True)
class SourceNotice:
    """Something is worth knowing of the source, though nothing is wrong; text: a sentence for people."""

    text: str


@dataclass(frozen=True, slots=True)
class SourceEnded:
    """A file or folder has been played to its end; problem: what was wrong with it, if anything."""

    title: str
    problem: str | None


@dataclass(frozen=True, slots=True, eq=False)
class ModelOpened:
    """Another network answers from now on; text: of `Settings.model`."""

    text: str
    model: ModelFile


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """A model could not be opened, and the network in use stays; text: of `Settings.model`."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class FinderProblem:
    """A part of what finds faces could not be opened, and the rest works without it; problem: a sentence for people."""

    problem: str


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """A session is being recorded into a folder."""

    folder: Path


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    """The recording has ended, or has not begun, which leaves no folder; problem: why, unless it was asked for."""

    folder: Path | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class SpreadsheetWritten:
    """The spreadsheet of a session that ended is there, or could not be written: problem says why, and what to do."""

    folder: Path
    problem: str | None


@dataclass(frozen=True, slots=True)
class Crashed:
    """The loop has ended by an error that nobody expected; what was recorded is whole."""

    problem: str


Event = (
    SourceOpened
    | SourceFailed
    | SourceLost
    | SourceNotice
    | SourceEnded
    | ModelOpened
    | ModelFailed
    | FinderProblem
    | RecordingStarted
    | RecordingStopped
    | SpreadsheetWritten
    | NeutralNews
    | Crashed
)
