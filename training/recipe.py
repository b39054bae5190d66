"""What a recipe is: every number of one training run."""

from dataclasses import dataclass

from emocam.engine.region import PointsCrop


@dataclass(frozen=True, slots=True)
class Augmentation:
    """The largest variations; each face draws its own, uniformly up to these.

    rotation_deg: either way. shift_share: of the side, either way. zoom_share: in or out.
    contrast: change of the contrast around mid-gray, and, half as much, of the brightness.
    erased_share: of the faces, a rectangle of 4 to 30 % is hidden (Zhong et al. 2020, arXiv:1708.04896).
    degraded_share: of the faces, blurred, noisy, compressed or enlarged from few pixels.
    """

    rotation_deg: float
    shift_share: float
    zoom_share: float
    contrast: float
    erased_share: float = 0.0
    degraded_share: float = 0.0


MIRROR_ONLY = Augmentation(rotation_deg=0, shift_share=0, zoom_share=0, contrast=0)


@dataclass(frozen=True, slots=True)
class Head:
    """One of the answers that a network learns at the same time; each becomes a model file of its own."""

    name: str
    labels: tuple[str, ...]
    ferplus_share: float  # of its targets, the FER+ votes rather than FER-2013's label, 0 to 1
    weight: float  # of its loss

    # After the fit, how much accuracy on the validation split may be given up for other things; None for no adjustment.
    # See `training.fitting.balance`.
    accuracy_for_balance: float | None  # for the recall of rare labels
    accuracy_for_weakest: float | None = None  # for the label of the lowest recall, once all come as often as true

    # For the app: it averages the answers to a face and to its mirror image, for twice the time; and it cuts out a face
    # whose points it knows like this, None for the recipe's crop margin around them. See `training.scoring.geometry`.
    is_mirrored: bool = False
    points_crop: PointsCrop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One training run."""

    name: str
    files_as: str | None = None  # what its model files are called before the head's name; None for the recipe's own
    seed: int = 20

    # The network.
    architecture: str  # a name in the register, see `training.networks.register`
    heads: tuple[Head, ...]
    starts_from: str | None = None  # the recipe whose finished network it begins with; None for random weights

    # What a pixel and a face become on their way in.
    scale: float = 1 / 127.5  # input = pixel × scale + offset
    offset: float = -1.0
    crop_margin: float = 0.0  # for the app, see `preprocessing.crop_face`; the fit takes faces as they stand

    # Faces.
    aligned: PointsCrop | None = None  # cut out by their points like this, as the app cuts them; None: as they stand
    aligned_share: float = 1.0  # of the faces of an epoch; the app, too, does not know the points of every face
    fits_all: bool = False  # also the validation split, in a last fit that goes on with a calibrated network
    sizes_px: tuple[tuple[float, int], ...] = ((1.0, 48),)
    """Pairs of a share of the epochs and the side of the faces up to there: smaller ones first cost less (Tan and Le
    2021, arXiv:2104.00298)."""
    augmentation: Augmentation
    calm_epochs: int  # at the end, which only mirror the faces
    mixup_alpha: float = 0.0
    """Of the Beta distribution by which two faces and their targets are mixed; 0 for none (Zhang et al. 2018,
    arXiv:1710.09412)."""
    views: int = 0
    """How many sets of varied faces are made and taken in turn, mirrored anew each time, which saves asking the
    teachers in each epoch; 0 for a new set in each epoch."""

    # Targets.
    teachers: tuple[str, ...] = ()  # recipes whose networks' mean answer to the same varied face is learnt
    teacher_share: float = 0.0  # of the targets, that answer (Hinton et al. 2015, arXiv:1503.02531)
    taught_mixture: tuple[float, float] | None = None
    """Of what the head for FER+ is taught: the share of the teachers' head for FER-2013's labels, and the tilt to rare
    labels, see `training.scoring.mixture`. None: what the teachers' own head for FER+ answers."""
    label_smoothing: float = 0.0  # of a target, spread over all labels (Szegedy et al. 2016, arXiv:1512.00567)
    rarity_power: float = 0.0  # a face counts by its labels' frequencies to the power −this; 0 for all alike

    # Steps.
    epochs: int
    batch_size: int
    learning_rate: float  # the peak, reached after the warm-up, from which half a cosine leads down
    warmup_epochs: int
    last_learning_rate: float = 0.0  # where the cosine ends, as a share of the peak
    weight_decay: float  # decoupled, as in AdamW
    average_momentum: float | None = None  # of the average of the weights that each epoch ends with; None for none

    @property
    def image_size_px(self) -> int:
        """The side of the faces that the last epochs fit, which is what the app gives the network."""
        return self.sizes_px[-1][1]

    def size_px_in(self, epoch: int) -> int:
        """Return the side of the faces that an epoch fits, counted from 0."""
        return next((size for share, size in self.sizes_px if epoch < share * self.epochs), self.image_size_px)

    def model_name(self, head: Head) -> str:
        """Return the name of the model file that one head becomes."""
        return f"{self.files_as or self.name}_{head.name}"
