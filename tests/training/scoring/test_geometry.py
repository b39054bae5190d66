"""The geometry that is chosen lies on a plateau, and costs no collection more than it has to."""

from emocam.engine.region import PointsCrop
from training.scoring.geometry import MARGINS, RAISES, Score, Trial, all_crops, choose_crop, crop_table

BOX = Trial(None, {"one": Score(0.5, 0.5), "two": Score(0.7, 0.7)})


def trials(balanced) -> list[Trial]:
    """Return the trials of all geometries; balanced: of one, the balanced accuracies of both collections."""
    scores = [(crop, *balanced(crop)) for crop in all_crops()]
    return [BOX, *(Trial(crop, {"one": Score(one, one), "two": Score(two, two)}) for crop, one, two in scores)]


def chosen_of(tried: list[Trial]) -> PointsCrop:
    crop = choose_crop(tried).crop
    assert crop is not None
    return crop


def far(crop: PointsCrop, margin: float, raised: float) -> float:
    return abs(crop.margin - margin) + abs(crop.raised - raised) + 0.2 * (not crop.is_turned)


def test_the_middle_of_a_hill_is_chosen():
    tried = trials(lambda crop: (0.6 - far(crop, 0.05, 0.0), 0.8 - far(crop, 0.05, 0.0)))
    assert chosen_of(tried) == PointsCrop(0.05, 0.0, is_turned=True)


def test_a_lone_peak_is_left_for_a_plateau():
    peak, hill = PointsCrop(0.15, -0.05), PointsCrop(0.0, 0.05)

    def balanced(crop: PointsCrop) -> tuple[float, float]:
        return (0.7, 0.9) if crop == peak else (0.6 - far(crop, 0.0, 0.05), 0.8 - far(crop, 0.0, 0.05))

    assert max(trials(balanced), key=lambda trial: trial.mean).crop == peak
    assert chosen_of(trials(balanced)) == hill


def test_on_a_plateau_the_collection_that_fares_worst_decides():
    # The mean of both is the same everywhere; what the second gains with the margin, the first loses.
    tried = trials(lambda crop: (0.6 - crop.margin, 0.7 + crop.margin) if crop.is_turned else (0.5, 0.6))
    assert chosen_of(tried).margin == 0.05


def test_the_head_is_turned_upright_even_if_it_gains_nothing_there():
    assert chosen_of(trials(lambda crop: (0.6 + 0.001 * (not crop.is_turned), 0.8))).is_turned


def test_a_geometry_at_the_edge_of_what_was_tried_is_not_chosen():
    tried = trials(lambda crop: (0.5 + crop.margin, 0.7 + crop.raised))
    chosen = chosen_of(tried)
    assert (chosen.margin, chosen.raised) == (MARGINS[-2], RAISES[-2])


def test_the_table_shows_the_crop_by_the_box_first_and_marks_the_chosen_one():
    tried = trials(lambda crop: (0.6 - far(crop, 0.05, 0.0), 0.8))
    _, _, first, second, *_ = crop_table(tried, chosen=choose_crop(tried)).splitlines()
    assert first == "| by the box | 60.0 % | 50.0 % (50.0 %) | 70.0 % (70.0 %) |"
    assert second.startswith("| **margin 0.05, raised 0, turned** | **70.0 %** |")
