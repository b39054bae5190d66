"""What an HDF5 file from anywhere may hold: numbers that stand in itself, so that reading them leads nowhere else."""

from collections.abc import Iterator

import h5py

from emocam.plain_text import plain_text

NUMBERS = "biuf"  # NumPy's kinds
LARGEST_NUMBER_BYTES = 8
MOST_VALUES = 2**16  # of an attribute: Keras keeps the names of a network's layers in one
LONGEST_NAME = 80  # of what is quoted in an error


def plain_datasets(file: h5py.File) -> list[h5py.Dataset]:
    """Return every dataset of a file; raises ValueError for anything but groups and plain numbers.

    A link into another file, or numbers kept in one, would open whatever they name, a pipe that never answers too. What
    has no fixed size, or refers to other parts, may take any memory. Nothing is read here.
    """
    found, seen, waiting = [], {_address(file)}, [file["/"]]
    while waiting:
        group = waiting.pop()
        _check_attributes(group)
        for item in _members(group):
            if _address(item) in seen:  # a second hard link, which may lead in a circle
                continue
            seen.add(_address(item))
            if isinstance(item, h5py.Group):
                waiting.append(item)
            else:
                _check_attributes(item)
                _check_dataset(item)
                found.append(item)
    return found


def require_stored(dataset: h5py.Dataset) -> None:
    """Raise ValueError where a dataset's numbers do not all stand in the file, as they are.

    HDF5 stores no part that was never written, and packed ones unpack to a thousand times their size.
    """
    if dataset.id.get_create_plist().get_nfilters():
        raise ValueError(f"{_name(dataset)} is packed; unpack it: h5repack -f NONE")
    if dataset.id.get_storage_size() < dataset.nbytes:
        raise ValueError(f"{_name(dataset)} is not there as a whole")


def _members(group: h5py.Group) -> Iterator[h5py.Group | h5py.Dataset]:
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{plain_text(name, longest=LONGEST_NAME)} is a link to something else")
        item = group[name]
        if not isinstance(item, h5py.Group | h5py.Dataset):
            raise ValueError(f"{plain_text(name, longest=LONGEST_NAME)} is neither a group nor a dataset")
        yield item


def _check_dataset(dataset: h5py.Dataset) -> None:
    made = dataset.id.get_create_plist()
    # Before anything else is asked of it: the size of a virtual dataset is looked up in other files.
    if made.get_layout() == h5py.h5d.VIRTUAL or made.get_external_count():
        raise ValueError(f"{_name(dataset)} is kept in another file")
    kind = dataset.dtype
    if kind.kind not in NUMBERS or kind.subdtype is not None or kind.itemsize > LARGEST_NUMBER_BYTES:
        raise ValueError(f"expected numbers in {_name(dataset)}; got {plain_text(str(kind), longest=LONGEST_NAME)}")
    if dataset.shape is None or dataset.maxshape != dataset.shape:
        raise ValueError(f"{_name(dataset)} has no fixed size")


def _check_attributes(item: h5py.Group | h5py.Dataset) -> None:
    for name in item.attrs:
        attribute = item.attrs.get_id(name)
        kind, size = attribute.dtype, attribute.shape
        is_text = h5py.check_string_dtype(kind) is not None
        if not is_text and (kind.kind not in NUMBERS or kind.subdtype is not None):
            raise ValueError(f"expected a text or numbers in the attribute {plain_text(name, longest=LONGEST_NAME)}")
        if size is None or len(size) > 1 or max(size, default=1) > MOST_VALUES:
            raise ValueError(f"the attribute {plain_text(name, longest=LONGEST_NAME)} has no size that a network needs")


def _address(item: h5py.Group | h5py.Dataset) -> int:
    return int(h5py.h5o.get_info(item.id).addr)


def _name(dataset: h5py.Dataset) -> str:
    return plain_text(str(dataset.name), longest=LONGEST_NAME)
