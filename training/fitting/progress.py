"""Shows how far a run has come: a bar in a terminal, a line for each epoch anywhere."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from training.data.faces import FaceData
from training.fitting.fit import fit
from training.fitting.plan import Plan
from training.recipe import Recipe


def fit_with_progress(data: FaceData, recipe: Recipe, *, folder: Path, plan: Plan | None = None) -> list[Path]:
    """Fit and show progress, with a plan also how long is left; see `fit`."""
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        bar = progress.add_task(recipe.name, total=None)

        def on_epoch(epoch: int, seconds: float, rows: dict[str, dict[str, float]]) -> None:
            told = "; ".join(
                f"{name}: loss {row['loss']:.4f}, validation accuracy {row['validation_accuracy']:.1%}"
                for name, row in rows.items()
            )
            if plan is not None:
                plan.note_epoch(recipe.name, seconds)
                told += f"; {plan.left()}" if plan.left() else ""
            line = f"epoch {epoch} of {recipe.epochs}, {seconds:.0f} s. {told}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)

        def on_step(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        return fit(data, recipe, folder=folder, on_epoch=on_epoch, on_step=on_step)
